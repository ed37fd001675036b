"""Logins and certificates, right and wrong, on every driver; what is secret is told to nobody."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import structlog

from core.delivery import Delivered, RetryAfter
from core.errors import SinkError
from sinks.kafka.settings import DriverName, KafkaSettings, Mechanism, TopicSettings
from sinks.kafka.sink import KafkaSink
from tests.support.kafka import PASSWORD, USER, KafkaBroker
from tests.support.records import an_event
from tests.support.token_server import token_server

pytestmark = pytest.mark.broker
WRONG = "wrong-password"


@pytest.fixture
def topic(kafka: KafkaBroker) -> TopicSettings:
    return TopicSettings(kafka.create_topic(f"logins-{uuid.uuid4().hex[:8]}"))


@pytest.fixture(params=["kafka-python", "confluent"])
def driver(request: pytest.FixtureRequest) -> DriverName:
    name: DriverName = request.param
    if name == "confluent":
        pytest.importorskip("confluent_kafka")
    return name


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> Iterator[list[str]]:
    """All that was logged and printed, down to debugging; filled at the end."""
    caplog.set_level(logging.DEBUG)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(10))
    heard: list[str] = []
    yield heard
    out = capsys.readouterr()
    heard += [caplog.text, out.out, out.err]
    for secret in (PASSWORD, WRONG):
        assert not [text for text in heard if secret in text], f"{secret} was logged"


@pytest.mark.parametrize(
    ("mechanism", "password"),
    [
        ("PLAIN", PASSWORD),
        ("SCRAM-SHA-256", PASSWORD),
        ("SCRAM-SHA-512", PASSWORD),
        ("PLAIN", WRONG),
        ("SCRAM-SHA-512", WRONG),
    ],
)
def test_a_login_is_used_and_a_wrong_one_told_without_saying_it(
    kafka: KafkaBroker,
    topic: TopicSettings,
    driver: DriverName,
    mechanism: Mechanism,
    password: str,
    said: list[str],
) -> None:
    settings = KafkaSettings(
        (kafka.sasl_address,),
        driver=driver,
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism=mechanism,
        username=USER,
        password=password,
        timeout_s=3 if password == PASSWORD else 1.5,
    )
    said.append(repr(settings))
    sink = KafkaSink(settings, topic)
    if password == PASSWORD:
        sink.check()
        assert sink.write([an_event(1)]).outcomes == (Delivered(),)
    else:
        with pytest.raises(SinkError, match="password") as raised:
            sink.check()
        (outcome,) = sink.write([an_event(1)]).outcomes
        assert isinstance(outcome, RetryAfter)
        said += [outcome.reason, str(raised.value)]
    sink.close()


@pytest.mark.parametrize("password", [PASSWORD, WRONG])
def test_a_token_is_fetched_once_and_used(
    kafka: KafkaBroker, topic: TopicSettings, driver: DriverName, password: str, said: list[str]
) -> None:
    with token_server() as (url, given):
        settings = KafkaSettings(
            (kafka.sasl_address,),
            driver=driver,
            security_protocol="SASL_PLAINTEXT",
            sasl_mechanism="OAUTHBEARER",
            username=USER,
            password=password,
            token_url=url,
            timeout_s=5,
        )
        sink = KafkaSink(settings, topic)
        (outcome,) = sink.write([an_event(1)]).outcomes
        sink.close()
    if password == PASSWORD:
        assert outcome == Delivered()
        assert len(given) == 1
    else:
        assert isinstance(outcome, RetryAfter)
        assert "401" in outcome.reason
        said.append(outcome.reason)


@pytest.fixture
def tls(kafka: KafkaBroker, driver: DriverName) -> KafkaSettings:
    if kafka.ca_file is None:
        pytest.skip("openssl is not installed")
    return KafkaSettings(
        (kafka.ssl_address,), driver=driver, security_protocol="SSL", ca_file=kafka.ca_file, timeout_s=3
    )


def test_records_go_over_tls(kafka: KafkaBroker, topic: TopicSettings, tls: KafkaSettings) -> None:
    sink = KafkaSink(tls, topic)
    assert sink.write([an_event(1)]).outcomes == (Delivered(),)
    sink.close()
    assert len(kafka.read(topic.name)) == 1


def test_a_certificate_that_has_expired_or_is_of_a_stranger_is_told(
    kafka: KafkaBroker, topic: TopicSettings, tls: KafkaSettings, tmp_path: Path
) -> None:
    from tests.support.certificates import Authority

    stranger = Authority(tmp_path / "stranger").certificate
    for settings in (replace(tls, servers=(kafka.expired_address,)), replace(tls, ca_file=stranger)):
        sink = KafkaSink(settings, topic)
        (outcome,) = sink.write([an_event(1)]).outcomes
        sink.close()
        assert isinstance(outcome, RetryAfter)
        assert "certificate" in outcome.reason.lower()
    assert kafka.read(topic.name) == []
