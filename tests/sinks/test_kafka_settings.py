"""Settings that cannot work are refused before anything starts; a check without a broker says what to do."""

from __future__ import annotations

import pytest

from core.errors import SinkError
from sinks.kafka import KafkaSettings, KafkaSink
from tests.support.kafka import free_ports


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (KafkaSettings(()), "error-kafka-server"),
        (KafkaSettings(("broker",)), "error-kafka-server"),
        (KafkaSettings(("broker:http",)), "error-kafka-server"),
        (KafkaSettings(("broker:99999",)), "error-kafka-server"),
        (KafkaSettings((":9092",)), "error-kafka-server"),
        (KafkaSettings(("broker:9092",), topic="sự kiện"), "error-kafka-topic-name"),
        (KafkaSettings(("broker:9092",), topic=".."), "error-kafka-topic-name"),
        (KafkaSettings(("broker:9092",), security_protocol="SASL_SSL", username="u"), "error-kafka-no-login"),
    ],
    ids=str,
)
def test_settings_that_cannot_work_are_refused(settings: KafkaSettings, said: str) -> None:
    with pytest.raises(SinkError) as raised:
        KafkaSink(settings)
    assert raised.value.message_id == said


def test_a_check_without_a_broker_names_it() -> None:
    address = f"127.0.0.1:{free_ports(1)[0]}"
    with pytest.raises(SinkError, match=address):
        KafkaSink(KafkaSettings((address,))).check(1)


def test_a_password_is_in_no_representation() -> None:
    assert "hunter2" not in repr(KafkaSettings(("broker:9092",), username="u", password="hunter2"))
