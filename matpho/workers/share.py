"""How many worker processes, and which cameras and cores each has."""

from __future__ import annotations

from dataclasses import replace

from core.machine import core_limit
from matpho.plan import Plan


def worker_count(plan: Plan, cores: int | None = None) -> int:
    """The worker processes of a plan; never more than it has cameras.

    `auto` is one for each core: two processes with a core each carried 1.95 times what one core does, one process with
    two threads in the graph 1.42 times. On a GPU it is one, which has the whole device to itself.

    Args:
        cores: how many may be used; None: as the system says.
    """
    automatic = (cores or core_limit()) if plan.model.device == "cpu" else 1
    wanted = automatic if plan.workers == "auto" else plan.workers
    return max(1, min(wanted, len(plan.cameras)))


def share_of(plan: Plan, number: int, of: int) -> Plan:
    """The part of worker `number` (from 0): every so many cameras in their order.

    The shares differ by one camera at most, and a camera added at the end of a list moves no other.
    """
    return replace(plan, cameras=plan.cameras[number::of], workers=1)


def cores_of(number: int, of: int, cores: tuple[int, ...]) -> tuple[int, ...]:
    """The cores of worker `number` (from 0): each has its own, as far as there are enough."""
    return cores[number::of] or (cores[number % len(cores)],)
