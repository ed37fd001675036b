"""How hard one must have braked to stand where one does, by where one was before, and how fast."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from analytics.clock import SECOND_NS
from analytics.kernels.approaches import COLUMNS, PAST
from core.arrays import F64, AnyArray
from core.scene import Ground

LOOKS: Final = 3
"""From so many places on a way is known."""
ARRIVED_M: Final = 1.0
BACK_S: Final = 4.0
"""Who was last so far from its place has come there since: at most so long before it was seen to rest, for a track that
went past at an impact takes up to 3 s to come back."""
BEFORE_S, AFTER_S = 2.5, 0.2
"""Its way is looked at from so long before it arrived, until then."""
ASIDE_M: Final = 1.2
"""Who went past further aside than this did not come here."""
NEAR_M, FAR_M, FAR_S = 1.0, 6.0, 1.0
"""It is asked so far before the place: nearer the place's own error tells, further away anybody can still brake. Of who
is fast from as far as it comes in a second."""
WRONG_M: Final = 0.5
"""A place may be so far wrong, and the way that was left so much longer."""
SPAN_S, SHORT_S = 0.45, 0.25
"""A speed by foot points is taken over so long, or as frames come where they come more seldom, and not over less than
this."""
MOVES_MPS: Final = 2.0
"""Who is slower tells nothing."""
HARDEST: Final = 4
"""So many places must have told it, or half of them where there are few: foot points tremble. Who brakes evenly needs
as much everywhere, who runs into something the more the nearer he has come."""


class Braking(NamedTuple):
    """How hard one must have braked at least, m/s², from which speed, m/s, by how many places; which way it came (2, of
    length 1), and by the places of which track.
    """

    needs: float = 0.0
    before: float = 0.0
    looks: int = 0
    way: tuple[float, float] = (0.0, 0.0)
    by: int = 0


def braking(track: AnyArray, here: F64, ground: Ground, least_mps: float, *, gone: bool) -> Braking | None:
    """How hard a track had to brake to stand here (2), in metres; None where it did not come here, or was never as fast
    as `least_mps`.

    At a speed v with a way d left it is v²/2d. By its smoothed places and speeds, and by its foot points: what is less
    of both. A smoothed speed lags, a foot point trembles.

    Args:
        track: its record, `analytics.approaches.FIELDS`.
        gone: it vanished on its way.
    """
    times, past = _places(track)
    if len(times) <= LOOKS:
        return None
    feet, _ = ground.to_ground(past[:, :2])
    came = len(times) - 1 if gone else _arrival(feet, here)
    since = times - times[came]
    within = (since >= -BEFORE_S) & (since <= AFTER_S)
    if since[-1] > BACK_S or np.count_nonzero(within) <= LOOKS:
        return None
    times, feet, place, velocity = times[within], feet[within], past[within, 2:4], past[within, 4:6]
    speed = np.hypot(*velocity.T)
    fastest = int(speed.argmax())
    before = float(speed[fastest])
    if before < least_mps:
        return None
    way, left = velocity[fastest] / before, here - place[fastest]
    if left @ way < 0 or abs(left @ np.array([-way[1], way[0]])) > ASIDE_M:
        return None
    left = (here - feet) @ way
    if left[: fastest + 1].min() < left[fastest] - ARRIVED_M:
        # It was here before: its number went off with one who passed, and has come back.
        return None
    far = max(FAR_M, FAR_S * before)
    smooth, _ = _hardest((here - place) @ way, velocity @ way, far)
    by_feet, looks = _hardest(*_paces(times, left), far)
    return Braking(min(smooth, by_feet), before, looks, (float(way[0]), float(way[1])), int(track["id"]))


def _places(track: AnyArray) -> tuple[F64, F64]:
    """When (N, seconds) a track was where it was last (N, `COLUMNS`), in order."""
    count = int(track["count"])
    order = np.arange(max(0, count - PAST), count) % PAST
    past = track["past"].reshape(PAST, COLUMNS)[order].astype(np.float64)
    return (track["past_ns"][order] - track["first_ns"]) / SECOND_NS, past


def _arrival(feet: F64, here: F64) -> int:
    """The last of these foot points (N, 2) that is not here yet; where all are, the last."""
    out = np.flatnonzero(np.hypot(*(feet - here).T) > ARRIVED_M)
    return int(out[-1]) if len(out) else len(feet) - 1


def _paces(times: F64, left: F64) -> tuple[F64, F64]:
    """Ways left (K), and how fast they became less (K), by those (N) at these times (N)."""
    span_s = max(SPAN_S, float(np.median(np.diff(times))))
    first = np.searchsorted(times, times - span_s - 1e-6)
    took = times - times[first]
    some = took >= SHORT_S
    return ((left + left[first]) / 2)[some], ((left[first] - left) / np.maximum(took, SHORT_S))[some]


def _hardest(left: F64, speed: F64, far: float) -> tuple[float, int]:
    """How hard one must brake (m/s²) with such ways left (N) at such speeds (N), of how many places."""
    told = (left >= NEAR_M) & (left <= far) & (speed > MOVES_MPS)
    needs = np.sort(speed[told] ** 2 / (2 * (left[told] + WRONG_M)))[::-1]
    return (float(needs[min(HARDEST, (len(needs) + 1) // 2) - 1]), len(needs)) if len(needs) else (0.0, 0)
