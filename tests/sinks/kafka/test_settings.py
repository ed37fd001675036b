"""Settings that cannot work are refused before anything starts; a check without a broker says what to do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import SinkError
from sinks.kafka.settings import KafkaSettings, TopicSettings, chosen_driver
from sinks.kafka.sink import KafkaSink
from tests.support.kafka import free_ports

ANY = KafkaSettings(("broker:9092",))
LOGIN = replace(ANY, security_protocol="SASL_SSL", username="u", password="p")


@pytest.mark.parametrize(
    ("settings", "topic", "said"),
    [
        (KafkaSettings(()), "t", "error-kafka-server"),
        (KafkaSettings(("broker",)), "t", "error-kafka-server"),
        (KafkaSettings(("broker:http",)), "t", "error-kafka-server"),
        (KafkaSettings(("broker:99999",)), "t", "error-kafka-server"),
        (KafkaSettings((":9092",)), "t", "error-kafka-server"),
        (ANY, "sự kiện", "error-kafka-topic-name"),
        (ANY, "..", "error-kafka-topic-name"),
        (replace(LOGIN, password=None), "t", "error-kafka-no-login"),
        (replace(LOGIN, sasl_mechanism="OAUTHBEARER"), "t", "error-kafka-no-token-url"),
        (replace(ANY, cert_file=Path(__file__)), "t", "error-kafka-half-certificate"),
        (replace(ANY, ca_file=Path("none.pem")), "t", "error-kafka-file"),
    ],
    ids=str,
)
def test_settings_that_cannot_work_are_refused(settings: KafkaSettings, topic: str, said: str) -> None:
    with pytest.raises(SinkError) as raised:
        KafkaSink(settings, TopicSettings(topic))
    assert raised.value.message_id == said


def test_auto_takes_the_faster_driver_that_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert chosen_driver("kafka-python") == "kafka-python"
    monkeypatch.setattr("sinks.kafka.settings.find_spec", lambda _name: None)
    assert chosen_driver("auto") == "kafka-python"
    with pytest.raises(SinkError, match=r"matpho\[confluent\]"):
        KafkaSink(replace(ANY, driver="confluent"))


def test_a_compression_that_lacks_its_package_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kafka.codec.has_zstd", lambda: False)
    with pytest.raises(SinkError, match=r"matpho\[compression\]"):
        KafkaSink(replace(ANY, compression="zstd"))


def test_a_check_without_a_broker_names_it() -> None:
    address = f"127.0.0.1:{free_ports(1)[0]}"
    with pytest.raises(SinkError, match=address):
        KafkaSink(KafkaSettings((address,))).check(1)


def test_a_password_is_in_no_representation() -> None:
    assert "hunter2" not in repr(KafkaSettings(("broker:9092",), username="u", password="hunter2"))
