"""Whatever fails between us and a consumer: nothing lost, nothing twice after de-duplication, each camera in order."""

from __future__ import annotations

import json
import signal
import time
from dataclasses import replace
from random import Random

import pytest
from kafka import KafkaAdminClient  # type: ignore[import-untyped]

from core.events import Event, Picture
from sinks.record_log import RecordLog
from tests.faults.line import Line, Sending, count, settings_of
from tests.support.kafka import PASSWORD, USER, KafkaBroker
from tests.support.proxy import Proxy
from tests.support.records import an_event
from tests.support.waiting import eventually

pytestmark = [pytest.mark.faults, pytest.mark.broker, pytest.mark.timeout(600)]
STEPS = ("taken", "inserted", "committed", "seen", "delivered", "acknowledged")
SEED = 8
LOGIN = {"security_protocol": "SASL_PLAINTEXT", "username": USER}


@pytest.mark.short
@pytest.mark.parametrize("driver", ["kafka-python"], indirect=True)
def test_killed_at_five_steps(line: Line[KafkaBroker]) -> None:
    chance, total = Random(SEED), 200
    for number, step in enumerate(chance.sample(STEPS, 5)):
        process = line.start(total, step, str(chance.randint(1, 3)))
        line.end(process)
        assert process.returncode == -signal.SIGKILL, f"kill {number} at {step}"
    line.finish(total)
    line.judge(total)


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_each_step(line: Line[KafkaBroker], step: str) -> None:
    for times in (1, 2):
        process = line.start(600 * times, step, str(times))
        line.end(process)
        assert process.returncode == -signal.SIGKILL
    line.finish(1300)
    line.judge(1300)


@pytest.mark.timeout(900)
def test_killed_at_a_hundred_moments(line: Line[KafkaBroker]) -> None:
    chance = Random(SEED)
    for _ in range(50):  # and fifty with the other driver
        process = line.start(1_000_000, pause_s="0.002")
        assert process.stdout is not None
        assert "begun\n" in iter(process.stdout.readline, "")  # reads up to it
        time.sleep(chance.uniform(0.0, 2.0))
        process.kill()
        line.end(process)
    total = RecordLog.open(line.folder / "0.db").last + 20
    line.finish(total)
    assert line.judge(total).sent > 1000


def test_the_broker_is_killed_twice_and_comes_back(line: Line[KafkaBroker]) -> None:
    sending = Sending(line, settings_of(line))
    for _ in range(2):
        sending.send(500)
        eventually(lambda: sending.delivered > 0)
        line.kafka.kill()
        sending.send(500, 0.002)
        eventually(lambda: sending.retried > 0)
        line.kafka.start()
        sending.send(200, 0.002)
    sending.all_arrive()


@pytest.mark.parametrize("fault", ["cut", "hang", "slow"])
def test_the_network_is_cut_hangs_or_is_slow(line: Line[KafkaBroker], fault: str) -> None:
    kafka = line.kafka
    with Proxy(kafka.near_port, kafka.far_port) as proxy:
        sending = Sending(line, settings_of(line, f"127.0.0.1:{proxy.port}"))
        sending.send(200)
        eventually(lambda: sending.delivered > 0)
        for _ in range(3):
            if fault == "slow":
                proxy.slow(20_000)
            else:
                getattr(proxy, fault)()
            sending.send(400, 0.005)
            time.sleep(2.0)
            if fault != "slow":
                eventually(lambda: sending.retried > 0)
            proxy.restore()
            sending.send(100, 0.002)
        sending.all_arrive()


def test_the_disk_of_the_outbox_is_full_while_the_broker_is_away(line: Line[KafkaBroker]) -> None:
    log = RecordLog.open(line.folder / "0.db")
    sending = Sending(line, settings_of(line), log)
    sending.send(200)
    eventually(lambda: sending.delivered == 200)
    line.kafka.kill()
    pages = log.file._database.execute("PRAGMA page_count").fetchone()[0]
    log.file._database.execute(f"PRAGMA max_page_count={pages}")
    sending.send(2000)
    eventually(lambda: sending.retried > 0)
    line.kafka.start()
    sending.send(100)
    log.file._database.execute(f"PRAGMA max_page_count={pages + 100_000}")
    sending.all_arrive()


def test_a_clock_that_jumps_back_and_forth(line: Line[KafkaBroker], monkeypatch: pytest.MonkeyPatch) -> None:
    real, shift = time.time_ns, [0]
    monkeypatch.setattr("sinks.trimming.time.time_ns", lambda: real() + shift[0])
    sending = Sending(line, settings_of(line))
    for hours in (0, -5, 3, -1, 0):
        shift[0] = hours * 3600 * 10**9
        sending.send(100, 0.003)
    sending.all_arrive()


def test_a_topic_deleted_under_way_is_made_again_and_gets_all_that_comes_after(line: Line[KafkaBroker]) -> None:
    sending = Sending(line, settings_of(line))
    sending.send(300)
    eventually(lambda: sending.delivered == 300)
    before = line.values()
    admin = KafkaAdminClient(bootstrap_servers=line.kafka.address)
    admin.delete_topics([line.topic])
    admin.close()
    time.sleep(0.5)
    sending.send(300, 0.005)
    eventually(lambda: sending.delivered >= 600, timeout_s=200)
    assert sending.fan_out.close() == {"kafka": 0}
    line.judge(600, before + line.values())


def test_a_record_that_is_too_large_goes_to_the_dead_letters_alone(line: Line[KafkaBroker]) -> None:
    sending = Sending(line, settings_of(line))
    sending.send(100)
    huge: Event = replace(an_event(10_000), pictures=tuple(Picture(f"{n:060d}.jpg", n) for n in range(12_000)))
    sending.fan_out.publish([huge])
    sending.send(100)
    sending.all_arrive()
    (letter,) = [json.loads(row) for row in sending.letters.read_text().splitlines()]
    assert letter["record"]["event_id"] == "event-010000"
    assert "max.message.bytes" in letter["reason"]


def test_a_wrong_password_holds_everything_until_it_is_right(line: Line[KafkaBroker]) -> None:
    process = line.start(300, address=line.kafka.sasl_address, password="wrong-word", **LOGIN)
    said = line.end(process, 120)
    assert process.returncode == 1, "what waits is told by the exit status"
    assert "wrong-word" not in said
    assert "password" in said
    process = line.start(400, address=line.kafka.sasl_address, password=PASSWORD, **LOGIN)
    assert PASSWORD not in line.end(process)
    assert process.returncode == 0
    line.judge(400)


def test_an_expired_certificate_holds_everything_until_it_is_renewed(line: Line[KafkaBroker]) -> None:
    kafka = line.kafka
    if kafka.ca_file is None:
        pytest.skip("openssl is not installed")
    tls = {"security_protocol": "SSL", "ca_file": str(kafka.ca_file)}
    process = line.start(300, address=kafka.expired_address, **tls)
    assert "certificate has expired" in line.end(process, 120)
    assert process.returncode == 1
    process = line.start(400, address=kafka.ssl_address, **tls)
    line.end(process)
    assert process.returncode == 0
    line.judge(400)


@pytest.mark.short
def test_the_count_would_find_each_fault() -> None:
    def values(*numbers: int) -> list[dict[str, str]]:
        return [{"event_id": f"event-{number:06d}"} for number in numbers]

    assert count(6, values(0, 1, 2, 3, 4, 5)) == count(6, values(1, 0, 2, 4, 3, 5))
    assert count(6, values(0, 1, 2, 4, 5)).lost == 1
    assert count(6, values(0, 1, 0, 2, 3, 4, 5, 3)).duplicates == 2
    assert count(6, values(3, 0, 1, 2, 4, 5)).out_of_order == 1
