"""Each missed, late and false case of some kinds, one by one, for whoever works on their rules.

`python -m benchmarks.events.cases incident.collision --seeds 2-5`: at the cameras that look at what is staged, or with
`--anywhere N` at so many put up anywhere, or with `--squares N` at those that look at squares. Tracks are kept: a
second run with other rules costs the rules alone. Of held seeds nothing but the sums is told.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from benchmarks.events.block import CameraResult
from benchmarks.events.kinds import KINDS
from benchmarks.events.measure import aimed, anywhere, run, traffic
from benchmarks.events.plans import EventsPlan, plan
from benchmarks.events.scoring import FALSE, default, judge
from benchmarks.events.sweep import together
from benchmarks.events.traffic.seeds import is_held
from core.errors import ConfigError

LATE_S: Final = 5.0
"""What is told later than this is named, too: no kind may take longer in the mean."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what is asked for, and print it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.events.cases", description=__doc__)
    parser.add_argument("kinds", nargs="+", choices=list(KINDS))
    parser.add_argument("--quick", action="store_true", help="on the made-up road, without a simulator")
    parser.add_argument("--scenes", default="junction,arterial,motorway")
    parser.add_argument("--seeds", default="2-5")
    parser.add_argument("--hours", type=float, default=0.25)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--anywhere", type=int, default=0, metavar="N")
    where.add_argument("--squares", type=int, default=0, metavar="N")
    parser.add_argument("--staged", type=int, default=2, metavar="N", help="cameras at each incident")
    parser.add_argument("--noise", type=float, default=1.0)
    parser.add_argument("--workers", type=int, help="processes; by default one for each core")
    asked = parser.parse_args(arguments)
    try:
        planned = _plan(asked)
        recordings = list(traffic(planned, _progress))
    except ConfigError as error:
        parser.error(str(error))
    kinds = tuple(asked.kinds)
    blocks = [replace(b, kinds=kinds) for b in (*anywhere(planned, recordings), *aimed(planned, recordings))]
    done = run(blocks, planned.workers, _progress, keep_tracks=True)
    for kind in kinds:
        for block in blocks:
            for line in _cases(kind, done[block]) if not is_held(block.seed) else ():
                print(line)
    for kind in kinds:
        print(_sum(kind, [result for block in blocks for result in done[block]]))


def _plan(asked: argparse.Namespace) -> EventsPlan:
    looks = asked.anywhere or asked.squares
    return plan(
        quick=asked.quick,
        scenes=asked.scenes,
        seeds=asked.seeds,
        cameras=asked.anywhere,
        staged=0 if looks else asked.staged,
        squares=asked.squares,
        hours=asked.hours,
        fps=10.0,
        level=asked.noise,
        ablate=False,
        sweep=False,
        traffic=(),
        videos=None,
        workers=asked.workers,
    )


def _progress(line: str) -> None:
    print(line, file=sys.stderr)


def _cases(kind: str, results: Sequence[CameraResult]) -> Iterator[str]:
    for result in results:
        if kind in result.watched:
            yield from _cases_at(kind, result)


def _cases_at(kind: str, result: CameraResult) -> Iterator[str]:
    found = judge(kind, default(result.alerts, kind), [item for item in result.truth if item.kind == kind])
    for item, delay_s in found.delays_s:
        if delay_s is None or delay_s > LATE_S:
            _, x, y = item.track[0]
            how = "missed" if delay_s is None else f"{delay_s:.1f} s late"
            times = f"{item.began_s:.1f} s, holds {item.holds_s:.1f} s, ends {item.end_s:.1f} s"
            yield f"{kind} {how}: {result.camera} user {item.user} from {times} at ({x:.1f}, {y:.1f}) {item.zone}"
    for alert, verdict in found.verdicts:
        if verdict in FALSE:
            where = f"{alert.at_s:.1f} s, until {alert.until_s:.1f} s at ({alert.x:.1f}, {alert.y:.1f}) {alert.zone}"
            yield f"{kind} false ({verdict}): {result.camera} at {where}"


def _sum(kind: str, results: Sequence[CameraResult]) -> str:
    found = together(kind, results)
    delays, verdicts = found.delays_s, {name: found.verdicts[name] for name in (*FALSE, "neutral")}
    mean = f" after {sum(delays) / len(delays):.1f} s" if delays else ""
    return f"{kind}: {len(delays)} of {found.incidents} found{mean}, {found.false} of {found.alerts} false {verdicts}"


if __name__ == "__main__":
    main()
