"""A road that needs no simulator: three lanes, constant speeds, a stopped car and a person on the carriageway."""

from __future__ import annotations

from typing import Final

import numpy as np

from benchmarks.events.traffic.recording import Incident, RecordedLane, Recording
from core.arrays import F64, I64
from core.taxonomy import ObjectClass

LENGTH_M: Final = 100.0
LANES: Final = 3
WIDTH_M: Final = 3.5
SPEEDS: Final = (8.0, 11.0, 14.0)
"""m/s on each lane, from the right; lane 0 has motorcycles, the others cars, and now and then a bus."""
HEADWAYS_S: Final = (3.0, 5.0, 6.0)
FPS: Final = 10.0
SIZES: Final = {
    ObjectClass.MOTORCYCLE: (1.9, 0.7, 1.6),
    ObjectClass.CAR: (4.3, 1.8, 1.5),
    ObjectClass.BUS: (10.0, 2.5, 3.0),
    ObjectClass.PERSON: (0.4, 0.5, 1.7),
}
PLACE_M: Final = 60.0
"""Where the car stands; the person walks 6 m further on."""
STOP_S: Final = (40.0, 80.0)
WALK_S: Final = (100.0, 112.0)


def made_up(seconds: float = 180.0, seed: int = 0) -> Recording:
    """The road from x = 0 to `LENGTH_M`, driven eastwards; lane 0 is the southernmost.

    From `STOP_S` a car stands on lane 2, which is empty behind it so long; in `WALK_S` a person walks from lane 0 to
    lane 2 and back, away from it.
    """
    rng = np.random.default_rng(seed)
    times = np.arange(round(seconds * FPS)) / FPS
    tracks: list[tuple[F64, int, ObjectClass, F64]] = []
    for lane, (speed, headway) in enumerate(zip(SPEEDS, HEADWAYS_S, strict=True)):
        start = -LENGTH_M / speed
        while start < seconds:
            kind = ObjectClass.MOTORCYCLE if lane == 0 else ObjectClass.BUS if rng.random() < 0.1 else ObjectClass.CAR
            aside = rng.uniform(-0.8, 0.8) if lane == 0 else 0.0
            blocked = lane == 2 and STOP_S[0] - LENGTH_M / speed < start < STOP_S[1] + 1.0
            if not blocked:
                x = (times - start) * speed
                on = (x >= 0) & (x <= LENGTH_M)
                if on.sum() < 2:
                    start += headway
                    continue
                tracks.append(
                    (times[on], lane, kind, np.column_stack((x[on], np.full(on.sum(), _middle(lane) + aside))))
                )
            start += headway * rng.uniform(0.7, 1.3)
    tracks += [_stopped(times), _walker(times)]
    return _recording(times, tracks, seed)


def _middle(lane: int) -> float:
    return (lane + 0.5) * WIDTH_M


def _stopped(times: F64) -> tuple[F64, int, ObjectClass, F64]:
    """Brakes at 4 m/s², stands, drives on."""
    speed, place = SPEEDS[2], PLACE_M
    braking = speed / 4.0
    before, after = np.clip(STOP_S[0] - times, 0, None), np.clip(times - STOP_S[1], 0, None)
    slow, fast = np.minimum(before, braking), np.clip(before - braking, 0, None)
    x = place - 2.0 * slow**2 - speed * fast + np.where(after < braking, 2.0 * after**2, speed * (after - braking / 2))
    on = (x >= 0) & (x <= LENGTH_M)
    return times[on], 2, ObjectClass.CAR, np.column_stack((x[on], np.full(on.sum(), _middle(2))))


def _walker(times: F64) -> tuple[F64, int, ObjectClass, F64]:
    on = (times >= WALK_S[0]) & (times <= WALK_S[1])
    share = (times[on] - WALK_S[0]) / (WALK_S[1] - WALK_S[0])
    y = 1.0 + 8.0 * (1.0 - np.abs(2.0 * share - 1.0))
    return times[on], -1, ObjectClass.PERSON, np.column_stack((np.full(on.sum(), PLACE_M + 6.0), y))


def _recording(times: F64, tracks: list[tuple[F64, int, ObjectClass, F64]], seed: int) -> Recording:
    count = [len(track[0]) for track in tracks]
    user: I64 = np.repeat(np.arange(len(tracks)), count)
    step = np.concatenate([np.round(track[0] * FPS).astype(np.int64) for track in tracks])
    place = np.concatenate([track[3] for track in tracks])
    moved = np.concatenate([_velocity(track[3]) for track in tracks])
    lane = np.repeat([track[1] for track in tracks], count)
    cls = np.repeat([int(track[2]) for track in tracks], count)
    size = np.repeat([SIZES[track[2]] for track in tracks], count, axis=0)
    order = np.argsort(step, kind="stable")
    stopped, walker = len(tracks) - 2, len(tracks) - 1
    lanes = tuple(
        RecordedLane(f"lane_{n}", "road", np.array([(0.0, _middle(n)), (LENGTH_M, _middle(n))]), WIDTH_M, 14.0, False)
        for n in range(LANES)
    )
    return Recording(
        name="made-up",
        time_s=times,
        offsets=np.concatenate(([0], np.cumsum(np.bincount(step, minlength=len(times))))),
        user=user[order].astype(np.int32),
        cls=cls[order],
        x=place[order, 0],
        y=place[order, 1],
        heading=np.arctan2(moved[order, 1], moved[order, 0]),
        speed=np.hypot(moved[order, 0], moved[order, 1]),
        length=size[order, 0],
        width=size[order, 1],
        height=size[order, 2],
        lane=lane[order],
        signal=np.zeros((len(times), LANES)),
        lanes=lanes,
        incidents=(
            Incident("incident.stopped_vehicle", *STOP_S, (stopped,), PLACE_M, _middle(2), 2, "road"),
            Incident("incident.pedestrian_on_carriageway", *WALK_S, (walker,), PLACE_M + 6.0, 1.0),
        ),
        decoys=(),
        areas=(),
        about={"fps": FPS, "seed": seed, "free_flow_mps": {"road": 11.0}},
    )


def _velocity(place: F64) -> F64:
    """(N, 2); zeros where somebody is there for one step or none."""
    return np.gradient(place, 1 / FPS, axis=0) if len(place) > 1 else np.zeros_like(place)
