"""Each missed, late and false case of some kinds, one by one, for whoever works on their rules.

`python -m benchmarks.events.cases incident.collision --seeds 2-5`: at the cameras that look at what is staged, or with
`--anywhere N` at so many put up anywhere, or with `--squares N` at those that look at squares. Tracks are kept: a
second run with other rules costs the rules alone. Of held seeds nothing but the sums is told.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Final

from benchmarks.events.aiming import staged
from benchmarks.events.block import Block, CameraResult, load, run_block
from benchmarks.events.kinds import KINDS
from benchmarks.events.measure import traffic
from benchmarks.events.noise import Levels
from benchmarks.events.plans import plan
from benchmarks.events.scoring import FALSE, default, judge
from benchmarks.events.sweep import together
from benchmarks.events.traffic.seeds import is_held

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
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args(arguments)
    blocks = list(_blocks(asked))
    found: list[CameraResult] = []
    lines: dict[str, list[str]] = {kind: [] for kind in asked.kinds}
    for number, (block, results) in enumerate(zip(blocks, _run(blocks, asked.workers), strict=True)):
        print(f"\r{number + 1} of {len(blocks)}", end="", file=sys.stderr, flush=True)
        found += results
        if not is_held(block.seed):
            for kind, said in lines.items():
                said += [line for result in results for line in _cases(kind, result)]
    print(file=sys.stderr)
    for said in lines.values():
        print(*said, sep="\n", end="\n" * bool(said))
    for kind in asked.kinds:
        print(_sum(kind, found))


def _run(blocks: Sequence[Block], workers: int) -> Iterator[list[CameraResult]]:
    one = partial(run_block, keep_tracks=True)
    if workers == 1:
        yield from map(one, blocks)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(one, blocks)


def _blocks(asked: argparse.Namespace) -> Iterator[Block]:
    planned = plan(
        quick=asked.quick,
        scenes=asked.scenes,
        seeds=asked.seeds,
        cameras=None,
        hours=asked.hours,
        fps=10.0,
        level=asked.noise,
        ablate=False,
        sweep=False,
        traffic=(),
        videos=None,
        workers=None,
    )
    levels = Levels.all(asked.noise)
    for folder, seed in traffic(planned, lambda _line: None):
        one = partial(Block, folder, seed, levels=levels, kinds=tuple(asked.kinds))
        if asked.anywhere:
            yield one(0, asked.anywhere)
        elif asked.squares:
            yield one(0, asked.squares, squares=True)
        else:
            for incident in staged(load(folder)):
                yield one(0, asked.staged, incident=incident)


def _cases(kind: str, result: CameraResult) -> Iterator[str]:
    if kind not in result.watched:
        return
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
