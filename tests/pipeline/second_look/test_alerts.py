"""A second look never holds up a frame, and an alert waits for it no longer than agreed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from core.errors import VerifierError
from core.events import Event, EventKind, Phase, Says, Verdict
from core.records import Record
from pipeline.second_look.alerts import Alerts, Crop, SecondLook
from tests.support.incidents import an_event_of, life
from tests.support.waiting import eventually

CROP = Crop(np.zeros((20, 20, 3), np.uint8), (5.0, 5.0, 15.0, 15.0))


@dataclass
class Told:
    """A verifier that says what it is told to, when it is let."""

    says: Says = Says.CONFIRMED
    gate: threading.Event = field(default_factory=threading.Event)
    error: Exception | None = None
    seen: list[str] = field(default_factory=list)
    name: str = "model:told"

    def look(self, event: Event, crop: Crop, within_s: float) -> tuple[Says, str]:
        self.seen.append(event.event_id)
        self.gate.wait(10)
        if self.error is not None:
            raise self.error
        return self.says, "because"


def told(verifier: Told, *, open_: bool = True, **given: object) -> tuple[Alerts, list[Event]]:
    if open_:
        verifier.gate.set()
    out: list[Event] = []

    def publish(records: object) -> None:
        out.extend(one for one in records if isinstance(one, Event))  # type: ignore[attr-defined]

    look = SecondLook(verifier, ("incident",), **given)  # type: ignore[arg-type]
    return Alerts(publish, look), out


def alert(number: int = 1) -> Event:
    return an_event_of(EventKind.COLLISION, number, event_id=f"e{number}")


def crop() -> Crop:
    return CROP


def says(out: list[Event]) -> list[tuple[str, int, Says | None]]:
    return [(e.event_id, e.revision, None if e.verdict is None else e.verdict.says) for e in out]


def test_an_alert_goes_out_with_the_verdict_and_so_do_its_later_revisions() -> None:
    alerts, out = told(Told(Says.REJECTED))
    event = alert()
    alerts.ask(event, crop)
    alerts.publish([event])
    eventually(lambda: len(out) == 1)
    alerts.publish(life(event, 5, 9, end=True))
    assert says(out) == [("e1", 1, Says.REJECTED), ("e1", 2, Says.REJECTED), ("e1", 3, Says.REJECTED)]
    assert out[0].verdict is not None and (out[0].verdict.by, out[0].verdict.reason) == ("model:told", "because")
    assert alerts.counts.rejected == 1
    alerts.close()


def test_other_kinds_and_other_records_pass_by_while_one_is_looked_at() -> None:
    verifier = Told()
    alerts, out = told(verifier, open_=False)
    event = alert()
    alerts.ask(event, crop)
    other = an_event_of(EventKind.LOITERING, 0, event_id="other")
    alerts.publish([event, other])
    alerts.publish(life(event, 5))
    assert says(out) == [("other", 1, None)]
    verifier.gate.set()
    eventually(lambda: len(out) == 3)
    assert says(out)[1:] == [("e1", 1, Says.CONFIRMED), ("e1", 2, Says.CONFIRMED)], "in order"
    alerts.close()


def test_a_slow_verifier_lets_the_alert_out_unverified_and_its_answer_stands_on_later_revisions() -> None:
    verifier = Told(Says.CONFIRMED)
    alerts, out = told(verifier, open_=False, wait_s=0.6)
    event = alert()
    alerts.ask(event, crop)
    began = time.monotonic()
    alerts.publish([event])
    assert time.monotonic() - began < 0.6, "the loop waits for nobody"
    eventually(lambda: len(out) == 1)
    assert says(out) == [("e1", 1, Says.UNVERIFIED)]
    assert out[0].verdict is not None and out[0].verdict.reason == "slow"
    verifier.gate.set()
    eventually(lambda: alerts.counts.late == 1)
    alerts.publish(life(event, 5))
    assert says(out)[1] == ("e1", 2, Says.CONFIRMED)
    assert alerts.counts.slow == 1
    alerts.close()


def test_when_too_many_wait_the_newest_goes_out_unverified_at_once_and_is_counted() -> None:
    verifier = Told()
    alerts, out = told(verifier, open_=False, waiting=2, wait_s=20.0)
    events = [alert(number) for number in range(5)]
    alerts.ask(events[0], crop)
    alerts.publish([events[0]])
    eventually(lambda: verifier.seen == ["e0"])
    for event in events[1:]:
        alerts.ask(event, crop)
        alerts.publish([event])
    assert says(out) == [("e3", 1, Says.UNVERIFIED), ("e4", 1, Says.UNVERIFIED)]
    assert alerts.counts.full == 2
    verifier.gate.set()
    eventually(lambda: len(out) == 5)
    assert alerts.counts.confirmed == 3
    alerts.close()


@pytest.mark.parametrize(
    "error", [VerifierError("error-verifier-answer", host="x"), ZeroDivisionError("broken")], ids=repr
)
def test_a_verifier_that_fails_lets_alerts_out_and_goes_on_with_the_next(error: Exception) -> None:
    alerts, out = told(Told(error=error))
    for number in (1, 2):
        event = alert(number)
        alerts.ask(event, crop)
        alerts.publish([event])
        eventually(lambda n=number: len(out) == n)  # type: ignore[misc]
    assert {event.verdict.reason for event in out if event.verdict} == {"failed"}
    assert alerts.counts.failed == 2
    alerts.close()


def test_an_alert_without_a_picture_says_that_nobody_looked() -> None:
    alerts, out = told(Told())
    alerts.ask(alert(1), None)
    alerts.publish([alert(1), alert(2)])
    assert {event.verdict.reason for event in out if event.verdict} == {"unseen"}
    assert alerts.counts.unseen == 2
    alerts.close()


def test_at_the_end_nothing_is_kept_back() -> None:
    verifier = Told()
    alerts, out = told(verifier, open_=False, wait_s=20.0)
    event = alert()
    alerts.ask(event, crop)
    alerts.publish([event])
    threading.Timer(0.3, verifier.gate.set).start()
    alerts.close()
    assert says(out) == [("e1", 1, Says.UNVERIFIED)]


def test_a_person_s_verdict_stands_against_any_machine_s() -> None:
    alerts, out = told(Told(Says.CONFIRMED))
    event = alert()
    person = Verdict(Says.REJECTED, "person:Lan", 5, "bus")
    alerts.ask(event, crop)
    alerts.publish([event])
    eventually(lambda: len(out) == 1)
    alerts.judge("e1", person)
    alerts.publish(life(event, 5, 9, end=True))
    assert [one.verdict for one in out[1:]] == [person, person]
    stays = replace(event, event_id="e2", verdict=person, revision=2, phase=Phase.UPDATED)
    alerts.publish([stays])
    assert out[-1].verdict == person
    alerts.close()


def test_without_a_second_look_everything_passes_as_it_is() -> None:
    seen: list[Record] = []
    alerts = Alerts(seen.extend)
    events = [alert(1), *life(alert(1), 3)]
    alerts.ask(events[0], crop)
    alerts.publish(events)
    assert seen == events
    alerts.close()


def test_any_thread_may_publish_and_every_event_comes_once_in_order() -> None:
    alerts, out = told(Told(), wait_s=5.0, waiting=200, at_once=4)
    lives = [[alert(n), *life(alert(n), n + 1, n + 2, n + 3, end=True)] for n in range(60)]

    def run(mine: list[list[Event]]) -> Callable[[], None]:
        def act() -> None:
            for one in mine:
                for event in one:
                    alerts.publish([event])

        return act

    for one in lives:
        alerts.ask(one[0], crop)
    threads = [threading.Thread(target=run(lives[k::2])) for k in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    eventually(lambda: len(out) == 240)
    for number in range(60):
        assert [e.revision for e in out if e.event_id == f"e{number}"] == [1, 2, 3, 4]
    assert not alerts._verdicts, "freed at the end of each"
    alerts.close()


def test_an_alert_whose_picture_cannot_be_cut_out_goes_out_at_once_and_says_so() -> None:
    def torn() -> Crop:
        raise ValueError("the surface was released")

    alerts, out = told(Told(), wait_s=60.0)
    alerts.ask(alert(), torn)
    alerts.publish([alert()])
    assert [(event.verdict and event.verdict.says, event.verdict and event.verdict.reason) for event in out] == [
        (Says.UNVERIFIED, "failed")
    ]
    assert alerts.counts.failed == 1
    alerts.close()
