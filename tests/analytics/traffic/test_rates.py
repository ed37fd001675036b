"""Rates stay right whatever frames and clocks do; memory stays flat whatever tracks do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.engine import RuleEngine
from analytics.measure import MeasureRule
from core.findings import Findings
from core.motion import Motion
from core.records import Measurement
from core.taxonomy import ObjectClass
from scenes.rules import MeasureSpec
from tests.support.tracks import SECOND, T0, Actor, Shot, film, join, play
from tests.support.traffic import METRES, SIZES, at, driver, measured, total

LANES, ZONE, LINE = MeasureSpec(lanes="all"), MeasureSpec(zone="z"), MeasureSpec(line="l")
TURNS = MeasureSpec(entries=["l"], exits=["l"])
CARS = [driver(n, 4 * n, 10) for n in range(80)]
"""One each 4 s: 900 an hour, 25 on a kilometre, each 6 s in the zone."""


def restamped(shots: Sequence[Shot], media_ns: Sequence[int], wall_ns: Sequence[int]) -> list[Shot]:
    """The same pictures with other times."""
    found = []
    for shot, media, wall in zip(shots, media_ns, wall_ns, strict=True):
        meta = replace(shot.tracks.frames[0], media_ns=media, captured_ns=wall)
        found.append(replace(shot, tracks=replace(shot.tracks, frames=(meta,))))
    return found


def is_steady(found: Sequence[Measurement], rel: float = 0.02) -> None:
    """A minute of `CARS` on lane a, over line l, in zone z."""
    lane, line, zone = at(found, "a")[1], at(found, "l")[1], at(found, "z", "")[1]
    assert lane.flow_vph == pytest.approx(900, rel=0.07) and line.flow_vph == pytest.approx(900, rel=0.07)
    assert lane.density_vpkm == pytest.approx(25, rel=rel) and zone.occupancy == pytest.approx(1.5, rel=rel)
    assert lane.mean_speed_mps == pytest.approx(10, rel=rel)
    assert [lane.headway_s, line.headway_s] == pytest.approx([4, 4], rel=rel)


@pytest.mark.parametrize("fps", [2, 5, 25])
def test_whatever_the_frame_rate(fps: int) -> None:
    is_steady(measured(film(CARS, 125, scene=METRES, fps=fps), LANES, LINE, ZONE), 0.04)


def test_while_the_frame_rate_falls_from_25_to_2() -> None:
    shots = film(CARS, 80, scene=METRES, fps=25) + film(CARS, 45, scene=METRES, fps=2, start_s=80)
    found = measured(shots, LANES, LINE, ZONE)
    is_steady(found, 0.04)
    assert at(found, "a")[1].counts == {"car": 15}


def test_while_media_time_goes_back_now_and_then() -> None:
    shots = film(CARS, 125, scene=METRES)
    walls = [s.view.now_ns for s in shots]
    media = [round(k * SECOND / 10) - (3 * SECOND // 10 if k % 40 == 0 else 0) for k in range(len(shots))]
    is_steady(measured(restamped(shots, media, walls), LANES, LINE, ZONE), 0.08)


def test_while_media_time_stands_still() -> None:
    shots = film(CARS, 125, scene=METRES)
    is_steady(measured(restamped(shots, [0] * len(shots), [s.view.now_ns for s in shots]), LANES, LINE, ZONE))


def test_a_frame_that_comes_twice_adds_nothing() -> None:
    shots = [shot for shot in film(CARS, 125, scene=METRES) for _ in range(2)]
    is_steady(measured(shots, LANES, LINE, ZONE))


def test_while_the_wall_clock_is_set_back_the_interval_is_cut_and_rates_hold() -> None:
    shots = film(CARS, 90, scene=METRES) + film(CARS, 90, scene=METRES, start_s=90, wall_offset_ns=-600 * SECOND)
    found = at(measured(shots, LANES), "a")
    assert total(found, "a") == {"car": 44}
    assert all(m.end_ns > m.start_ns for m in found)
    whole = [m for m in found if m.end_ns - m.start_ns > 25 * SECOND]
    assert [m.density_vpkm for m in whole[1:]] == pytest.approx([25] * (len(whole) - 1), rel=0.05)


def test_pauses_do_not_dilute_rates() -> None:
    """Each 10 s the camera says nothing for 4 s: no interval is cut, and flow and density are of what was watched."""
    shots = [s for s in film(CARS, 125, scene=METRES) if (s.view.now_ns - T0) / SECOND % 10 < 6.05]
    found = at(measured(shots, LANES), "a")
    assert [(m.end_ns - m.start_ns) / SECOND for m in found[:2]] == [60, 60]
    assert found[1].density_vpkm == pytest.approx(25, rel=0.1)
    assert found[1].mean_speed_mps == pytest.approx(10, rel=0.02)


def test_a_headway_over_a_loss_is_unknown() -> None:
    """Two cars 4 s apart, a minute's silence, two more: only their own headways count."""
    cars = [driver(n, s, 10) for n, s in enumerate((0, 4, 80, 84))]
    shots = film(cars, 20, scene=METRES) + film(cars, 30, scene=METRES, start_s=75, epoch=1)
    found = at(measured(shots, LANES), "a")
    assert [m.headway_s for m in found if m.counts] == pytest.approx([4, 4], abs=0.01)


@settings(max_examples=10)
@given(st.integers(3, 90), st.integers(1, 9))
def test_intervals_together_hold_all_however_long_they_are(interval_s: int, batch: int) -> None:
    shots = film(CARS[:12], 60, scene=METRES, fps=5)
    engine, whole = RuleEngine(), RuleEngine()
    specs = [LANES, ZONE, LINE, TURNS]
    engine.add_camera("cam", METRES, [s.model_copy(update={"interval_s": interval_s}) for s in specs])
    whole.add_camera("cam", METRES, [s.model_copy(update={"interval_s": 3_600}) for s in specs])

    def run(rules: RuleEngine, size: int) -> list[Measurement]:
        found = Findings()
        for k in range(0, len(shots), size):
            found += rules.update(*join(shots[k : k + size]))
        return list((found + rules.close(T0 + 60 * SECOND)).measurements)

    parts, one = run(engine, batch), run(whole, 1)
    for place, direction in {(m.place, m.direction) for m in one}:
        assert total(parts, place, direction) == total(one, place, direction)

    def spent(found: list[Measurement]) -> float:
        return sum((m.occupancy or 0) * (m.end_ns - m.start_ns) for m in at(found, "a"))

    assert spent(parts) == pytest.approx(spent(one), rel=0.02)


def test_specs_of_one_place_do_not_see_one_another() -> None:
    shots = film(
        [*CARS[:10], *(driver(100 + n, 4 * n + 2, 10, cls=ObjectClass.TRUCK) for n in range(10))], 60, scene=METRES
    )
    specs = [
        MeasureSpec(id=f"{place}-{cls}", classes=[cls], **{place: name})
        for place, name in (("line", "l"), ("zone", "z"), ("lanes", ["a"]))
        for cls in ("car", "truck")
    ]
    together = measured(shots, *specs)
    alone = [m for spec in specs for m in measured(shots, spec)]
    assert sorted(map(str, together)) == sorted(map(str, alone))
    assert total(together, "l") == total(together, "a") == {"car": 10, "truck": 10}


def test_memory_is_flat_over_many_tracks_that_are_never_said_to_have_ended() -> None:
    """200,000 rows of 50 vehicles at a time, each frame some under new numbers, at random places."""
    rng = np.random.default_rng(8)
    rule = MeasureRule([LANES, ZONE, LINE, TURNS], METRES, "cam")
    (shot,) = film([Actor(n, lambda t: (1.0, 1.0), ObjectClass.CAR, SIZES[ObjectClass.CAR]) for n in range(1, 51)], 0.1)
    ids, rooms = np.arange(1, 51), []
    for k in range(4_000):
        ids = np.where(rng.random(50) < 0.02, ids.max() + 1 + np.arange(50), ids)
        foot = rng.uniform(0, 1_000, (50, 2))
        meta = replace(shot.tracks.frames[0], seq=k, media_ns=k * SECOND // 5, captured_ns=T0 + k * SECOND // 5)
        lane = np.where((foot[:, 1] > 360) & (foot[:, 1] < 440), 0, -1).astype(np.int16)
        place, none = foot.astype(np.float32), np.zeros((50, 2))
        motion = Motion(place, none.astype(np.float32), foot / 10, none, np.ones(50, np.bool_), lane, foot[:, 0] / 10)
        play(rule, [Shot(replace(shot.tracks, frames=(meta,), track_id=ids), motion, METRES)])
        rooms.append(rule._chains.room)
    assert max(rooms[2_000:]) <= max(rooms[:2_000]) and max(rooms) < 2_000
    assert rule.jumps > 100_000
