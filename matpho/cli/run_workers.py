"""`matpho run` with several worker processes."""

from __future__ import annotations

import sys
from contextlib import ExitStack

import click
from rich.console import Console

from core.codec.records import to_json
from core.machine import core_limit, usable_cores
from locales import language, text
from matpho.cli.display import Board, print_off, print_summary
from matpho.cli.output import Output, print_line
from matpho.cli.signals import stopping
from matpho.linking import linked
from matpho.loops import compile_loops, loops_ready
from matpho.plan import Plan
from matpho.request import RunRequest
from matpho.run_log import RunLog
from matpho.storing import open_store
from matpho.summary import off_dict
from matpho.workers.messages import Job
from matpho.workers.share import cores_of, share_of, worker_count
from matpho.workers.supervisor import Supervisor, Worker, WorkerState


def run_workers(request: RunRequest, plan: Plan, out: Output, *, most_s: float | None = None) -> bool:
    """Run a plan with its workers; whether one of them is down at the end, or every camera failed.

    Raises:
        MatphoError: no worker could begin.
    """
    console = Console(stderr=out.json_lines)
    if not loops_ready():
        console.print(text("cli-compiling"), style="dim", soft_wrap=True)
        compile_loops()  # once, rather than by all workers side by side
    print_off(console, plan)
    of = worker_count(plan)
    supervisor = Supervisor([_worker(request, plan, number, of, out, most_s) for number in range(of)])
    scenes = {camera.camera_id: camera.scene for camera in plan.cameras}
    with ExitStack() as stack:
        # Opened here first, so that one process makes the tables.
        store = None if plan.store is None else open_store(plan.store, stack)
        if store is not None:
            stack.enter_context(linked(plan, store, request.sinks(), of))
        run, off = RunLog(store), plan.off
        run.goes_on(off)
        board = stack.enter_context(Board(console, scenes, headline=out.headline or text("cli-workers", count=of)))
        stack.enter_context(stopping(supervisor.stop))
        for events in supervisor.run():
            for event in events:
                if out.json_lines:
                    print_line(sys.stdout, to_json(event))
                else:
                    board.event(event)
            board.progress(supervisor.counts, supervisor.status())
            if off != (off := (*plan.off, *supervisor.silent)):
                run.goes_on(off)
        run.ended(supervisor.as_dict(run.started_ns, run.wall_s) | off_dict(off))
    _tell(console, supervisor)
    statuses = supervisor.status()
    failed = bool(statuses) and all(status.state == "failed" for status in statuses)
    if not failed or supervisor.counts.frames:
        print_summary(console, supervisor.counts, supervisor.undelivered, off)
    return failed or any(worker.state is WorkerState.DOWN for worker in supervisor.workers)


def _worker(request: RunRequest, plan: Plan, number: int, of: int, out: Output, most_s: float | None) -> Worker:
    context = click.get_current_context(silent=True)
    verbose = 0 if context is None else int(context.find_root().params.get("verbose") or 0)
    cores, threads = _cores(plan, number, of)
    job = Job(
        request=request,
        number=number,
        of=of,
        cores=cores,
        threads=threads,
        language=language(),
        verbose=verbose,
        most_s=most_s,
        whole=out.json_lines,
    )
    share = share_of(plan, number, of)
    again = any(camera.source.live for camera in share.cameras)
    return Worker(job, tuple(camera.camera_id for camera in share.cameras), again)


def _cores(plan: Plan, number: int, of: int) -> tuple[tuple[int, ...], int | None]:
    """The cores that a worker is pinned to, and the threads of its detector."""
    if plan.model.device != "cpu":
        return (), None
    cores, limit = usable_cores(), core_limit()
    if limit < len(cores):  # a quota says how much, not where: others with one would be pinned to the same cores
        return (), max(1, limit // of)
    mine = cores_of(number, of, cores)
    return mine, len(mine)


def _tell(console: Console, supervisor: Supervisor) -> None:
    for worker in supervisor.workers:
        if worker.reason:
            told = "cli-worker-down" if worker.state is WorkerState.DOWN else "cli-worker-died"
            cameras = ", ".join(worker.cameras)
            number, reason = worker.job.number + 1, worker.reason
            line = text(told, worker=number, cameras=cameras, restarts=worker.restarts, reason=reason)
            console.print(f"[yellow]![/] {line}", soft_wrap=True)
        if worker.untold:
            line = text("cli-worker-untold", worker=worker.job.number + 1, count=worker.untold)
            console.print(f"[yellow]![/] {line}", soft_wrap=True)
    for status in supervisor.status():
        if status.error:
            line = text("cli-camera-trouble", camera=status.camera_id, reason=status.error)
            console.print(f"[red]✗[/] {line}", soft_wrap=True)
