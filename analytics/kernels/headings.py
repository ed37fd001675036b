"""Who drives along its lane, and who against it."""

from __future__ import annotations

from core.arrays import F64, I16, I64, Bool
from core.compiled import in_place


@in_place
def head(
    rows: I64, view: tuple[I16, F64, Bool, F64, F64], least: float, against: float, found: tuple[F64, Bool, Bool]
) -> None:
    """Tell of vehicles which way they drive. See `analytics.wrong_way.WrongWayRule`.

    Args:
        rows: (K) in the view.
        view: lane, speed along it, whether that is known, speed in the same unit, and metres (or what is said in their
            place) of that unit, of all tracks in the view.
        least: slower than this, in metres a second, one does not drive.
        against: share of its speed, below 0, that one who drives against its lane has along it at most.
        found: (K) each, to be filled: speed in metres a second, who drives the right way, who drives the wrong way.
    """
    lane, lane_speed, known, pace, unit = view
    speed, right, wrong = found
    for k in range(len(rows)):
        row = rows[k]
        speed[k] = pace[row] * unit[row]
        drives = lane[row] >= 0 and known[row] and speed[k] >= least
        share = lane_speed[row] / max(pace[row], 1e-9)
        right[k], wrong[k] = drives and share > -against, drives and share < against
