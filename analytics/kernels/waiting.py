"""Who queues around whom, on the lanes of a group."""

from __future__ import annotations

from analytics.kernels.queues import THERE_NS
from core.arrays import F64, I16, I32, I64, Bool
from core.compiled import in_place


@in_place
def neighbours(
    rows: I64,
    gap: F64,
    view: tuple[I16, F64],
    queues: tuple[I32, I64],
    lanes: tuple[I64, F64, F64],
    share: float,
    aslant: bool,
    found: tuple[Bool, Bool, I64],
) -> None:
    """Who of those who queue stands ahead of each of these rows (K), and how many stand around it.

    Args:
        rows: (K) in the view.
        gap: (K) how far away another one is at most, in the unit of ways.
        view: lane and way along it of all M tracks in the view.
        queues: the chain of each row (M), below 0 for none; since when it queues.
        lanes: (L) the group of each lane, where it begins on the way of its group, and how long it is.
        share: of the gap by which somebody is ahead, and not beside.
        aslant: lanes may end aslant: who is ahead is nearer to the end of his lane, too.
        found: (K) to be filled: whether one queues within the gap ahead on a lane of the group; whether one does who
            did before; how many queue within the gap on lanes of the group, ahead or not, with itself.
    """
    lane, along = view
    chain, since = queues
    group, starts, ends = lanes
    behind, later, around = found
    for k in range(len(rows)):
        row = rows[k]
        mine, behind[k], later[k], around[k] = lane[row], False, False, int(chain[row] < 0)
        if mine < 0:
            continue
        way, least = along[row] + starts[mine], share * gap[k]
        for other in range(len(chain)):
            if chain[other] < 0 or group[lane[other]] != group[mine]:
                continue
            yours = lane[other]
            ahead = along[other] + starts[yours] - way
            if abs(ahead) <= gap[k]:
                around[k] += 1
            if ahead < least or ahead > gap[k]:
                continue
            if aslant and (ends[mine] - along[row]) - ends[yours] + along[other] < least:
                continue
            behind[k] = True
            # Whose track begins at rest stood before: as the one ahead he came first, as the one behind last.
            later[k] = later[k] or since[row] == THERE_NS or since[other] <= since[row]
