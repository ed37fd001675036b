"""Two-wheelers and their riders: one road user.

A detector sees a rider and the machine below as two objects, and the tracker follows both. Who sits as a rider does and
moves together with the machine is its rider and gets no row: the machine's row stands for all on it. Who walks past a
parked motorcycle, or stands beside it, stays a pedestrian; a rider who waits at a red light stays a rider. Who pushes a
machine is a rider while seen across it, as boxes cannot tell, and a pedestrian when seen beside it.
"""

from __future__ import annotations

import numpy as np

from core.arrays import AnyArray
from core.compiled import in_place
from core.riding import ABOVE, ASIDE, BELOW, LARGEST, SLACK, SMALLEST
from core.taxonomy import TWO_WHEELERS, ObjectClass
from trackers.kernels.motion import place
from trackers.kernels.state import Camera, Track, Tracks
from trackers.params import TrackerParams

PERSON = int(ObjectClass.PERSON)
TWO_WHEELER = int(min(TWO_WHEELERS))
"""The kinds (`trackers.online.KIND_OF_CLASS`)."""

MOVED, STILL = 0.5, 0.25
"""Shares of the rider's height: they moved together if the machine went so far while its place below the rider stayed
within so much. Boxes at rest tremble by 0.15."""
TOGETHER_NS = 300_000_000
"""And it took so long: a filter that has just started is not yet to be believed."""
HOLD_NS = 1_000_000_000
"""So long somebody new who sits as a rider is tentative, or a machine new below somebody: by then a rider at 10 km/h
has gone 2 m."""
LEAVE_NS = 1_000_000_000
"""Seen apart for so long, a rider has got off: who walks is more than a metre away by then."""
CARRY_NS = 10_000_000_000
"""So long a rider stands for the machine while only he is seen: detectors lose the machine below its rider."""


@in_place
def join_riders(tracks: Tracks, count: int, camera: Camera, p: TrackerParams, ended: AnyArray) -> int:
    """Find riders, and carry on machines by them; how many `ended`: the ids of people who became riders."""
    gone = 0
    wheeled = False
    for i in range(count):
        wheeled |= tracks[i].kind == TWO_WHEELER
        tracks[i].carried = False
    for i in range(count):
        rider = tracks[i]
        if rider.kind != PERSON or (rider.mount == 0 and not wheeled):
            continue
        m = _index_of(tracks, count, rider.mount)
        if rider.mount > 0 and m < 0:
            _get_off(rider, camera)
        if rider.det < 0:
            continue
        if rider.mount == 0:
            m = _best_machine(tracks, count, rider)
            if m >= 0:
                rider.held = rider.hits <= 2
                tracks[m].held |= tracks[m].hits <= 2 and rider.confirmed and not rider.held
                rider.fit_ns = camera.now_ns
                if rider.hits == 1 and tracks[m].confirmed:
                    _go_with(rider, tracks[m])
                _watch(rider, tracks[m], camera.now_ns)
        elif tracks[m].det >= 0 and not tracks[m].carried:
            gone += _follow(rider, tracks[m], camera, ended, gone)
        elif rider.riding and camera.now_ns - tracks[m].own_ns <= CARRY_NS:
            _carry(rider, tracks[m], camera.now_ns)
    return gone


@in_place
def is_held(track: Track, now_ns: int) -> bool:
    """Whether it is still open if somebody new is a rider, or what is new below somebody his machine."""
    return track.held and (track.mount > 0 or track.kind == TWO_WHEELER) and now_ns - track.born_ns <= HOLD_NS


@in_place
def _strain(rider: Track, machine: Track, slack: float) -> float:
    """How far somebody sits from the middle of a machine's lower edge, in its widths and heights; -1: not on it."""
    width, height = machine.value[2], machine.value[3]
    aside = abs(rider.value[0] - machine.value[0]) / width
    above = (machine.value[1] - rider.value[1] + (height - rider.value[3]) / 2) / height
    size = rider.value[3] / height
    fits = aside <= ASIDE + slack and -BELOW - slack <= above <= ABOVE + slack
    if not fits or not SMALLEST - slack <= size <= LARGEST + slack:
        return -1.0
    return float(aside + abs(above))


@in_place
def _index_of(tracks: Tracks, count: int, track_id: int) -> int:
    for i in range(count):
        if tracks[i].track_id == track_id and track_id > 0:
            return i
    return -1


@in_place
def _best_machine(tracks: Tracks, count: int, rider: Track) -> int:
    best, least = -1, np.inf
    for i in range(count):
        if tracks[i].kind == TWO_WHEELER and tracks[i].det >= 0:
            strain = _strain(rider, tracks[i], 0.0)
            if 0 <= strain < least:
                best, least = i, strain
    return best


@in_place
def _watch(rider: Track, machine: Track, now_ns: int) -> None:
    """From here on it is seen whether the two move together."""
    rider.mount, rider.since_ns = machine.track_id, now_ns
    for a in range(2):
        rider.start[a] = machine.value[a]
        rider.seat[a] = (machine.value[a] - rider.value[a]) / rider.value[3]


@in_place
def _go_with(rider: Track, machine: Track) -> None:
    """Whose own speed is not known yet is expected to go as fast as what he sits on."""
    for a in range(2):
        rider.rate[a], rider.vr[a], rider.rr[a] = machine.rate[a], 0.0, machine.rr[a]


@in_place
def _follow(rider: Track, machine: Track, camera: Camera, ended: AnyArray, gone: int) -> int:
    """Judge two who are both seen; 1 if somebody became a rider: one road user, who keeps the id that was known first.
    The other id is then in `ended[gone]`.
    """
    if _strain(rider, machine, SLACK) < 0:
        if camera.now_ns - rider.fit_ns > LEAVE_NS:
            _get_off(rider, camera)
        return 0
    rider.fit_ns = camera.now_ns
    slip, way = 0.0, 0.0
    for a in range(2):
        slip = max(slip, abs((machine.value[a] - rider.value[a]) / rider.value[3] - rider.seat[a]))
        way += ((machine.value[a] - rider.start[a]) / rider.value[3]) ** 2
    if rider.riding or slip > STILL:
        _watch(rider, machine, camera.now_ns)
    elif way >= MOVED * MOVED and camera.now_ns - rider.since_ns >= TOGETHER_NS:
        if machine.held:
            machine.track_id, rider.track_id, machine.held = rider.track_id, machine.track_id, False
        rider.riding = True
        ended[gone] = rider.track_id
        rider.track_id, rider.mount = 0, machine.track_id
        return 1
    return 0


@in_place
def _get_off(rider: Track, camera: Camera) -> None:
    """Somebody on foot again: a rider's id has ended, so he gets a new one."""
    if rider.riding:
        rider.track_id = camera.next_id
        camera.next_id += 1
    rider.riding, rider.held, rider.mount = False, False, 0


@in_place
def _carry(rider: Track, machine: Track, now_ns: int) -> None:
    """The machine is where it was below its rider, and his detection stands for it."""
    for a in range(2):
        seat = rider.value[a] + rider.seat[a] * rider.value[3]
        machine.value[a] += place(machine, a, seat - machine.value[a])
    machine.seen_ns, machine.det, machine.carried = now_ns, rider.det, True
