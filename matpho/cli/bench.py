"""`matpho bench`: one command for each claim about speed."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from locales import text
from matpho.cli.bench_messaging import messaging
from matpho.cli.bench_pixels import pixels
from matpho.cli.options import FpsOption, InputOption, TrimOption, WidthOption, duration, input_width
from matpho.cli.output import write_json
from matpho.defaults import CLIP, MODEL

app = typer.Typer(no_args_is_help=True)
JsonOption = Annotated[Path | None, typer.Option("--json", help=text("cli-opt-bench-json"))]


@app.command("gpu", help=text("cli-help-bench-gpu"))
def gpu(
    videos: Annotated[list[Path] | None, typer.Argument(help=text("cli-arg-bench-gpu-videos"))] = None,
    model: Annotated[str, typer.Option(help=text("cli-opt-model"))] = MODEL,
    device: Annotated[str, typer.Option(help=text("cli-opt-bench-gpu-device"))] = "cuda:0",
    seconds: Annotated[float, typer.Option(min=1, help=text("cli-opt-bench-gpu-seconds"))] = 8.0,
    streams: Annotated[int, typer.Option(min=1, help=text("cli-opt-bench-gpu-streams"))] = 16,
    out: JsonOption = None,
) -> None:
    """A GPU's decoder and detector alone, and the whole chain on it."""
    from benchmarks.gpu import measure, report

    found = measure.measure(videos or [CLIP], model, device, measure.GpuPlan(seconds, streams))
    for table in report.tables(found):
        Console().print(table)
    write_json(out, found.as_dict())


@app.command("junction", help=text("cli-help-bench-junction"))
def junction(
    peers: Annotated[bool, typer.Option("--peers", help=text("cli-opt-bench-junction-peers"))] = False,
    tracks: Annotated[int, typer.Option(min=1, help=text("cli-opt-bench-junction-tracks"))] = 100,
    frames: Annotated[int, typer.Option(min=10, help=text("cli-opt-bench-frames"))] = 1_000,
    updates: Annotated[int, typer.Option(min=0, help=text("cli-opt-bench-junction-updates"))] = 0,
    out: JsonOption = None,
) -> None:
    """What motion, measurements and rules of a busy junction cost, beside another package's zones and lines."""
    from benchmarks.junction import measure, report

    console = Console()
    progress = partial(console.print, style="dim", highlight=False)
    found = measure.measure(tracks=tracks, frames=frames, updates=updates, with_peer=peers, progress=progress)
    for table in report.tables(found):
        console.print(table)
    write_json(out, found.as_dict())


app.command("pixels", help=text("cli-help-bench-pixels"))(pixels)
app.command("messaging", help=text("cli-help-bench-messaging"))(messaging)


@app.command("motion", help=text("cli-help-bench-motion"))
def motion(
    data: Annotated[Path | None, typer.Option(help=text("cli-opt-bench-motion-data"))] = None,
    out: JsonOption = None,
) -> None:
    """Accuracy of positions and speeds on made-up tracks and on film, and the cost of the world stage."""
    from benchmarks.motion import filmed, measure, report

    found = measure.measure()
    if data is not None:
        found["filmed"] = filmed.measure(data)
    for table in report.tables(found):
        Console().print(table)
    write_json(out, found)


@app.command("perception", help=text("cli-help-bench-perception"))
def perception(
    peers: Annotated[bool, typer.Option("--peers", help=text("cli-opt-bench-perception-peers"))] = False,
    video: Annotated[Path, typer.Option(help=text("cli-opt-bench-video"))] = CLIP,
    model: Annotated[str, typer.Option(help=text("cli-opt-model"))] = MODEL,
    backend: Annotated[str, typer.Option(help=text("cli-opt-bench-perception-backend"))] = "auto",
    trim: TrimOption = False,
    rounds: Annotated[int, typer.Option(min=1, help=text("cli-opt-bench-rounds"))] = 5,
    frames: Annotated[int, typer.Option(min=2, help=text("cli-opt-bench-frames"))] = 140,
    out: JsonOption = None,
    plot: Annotated[Path | None, typer.Option(help=text("cli-opt-bench-plot"))] = None,
) -> None:
    """Whole chain beside the detector alone, decoding alone and other packages' chains."""
    from benchmarks import environments
    from benchmarks.perception import as_json, measure, report

    console = Console()
    if plot is not None:
        environments.find_uv()
    found = measure.measure(
        video,
        model,
        backend=backend,
        trim=trim,
        with_peers=peers,
        plan=measure.PerceptionPlan(rounds=rounds, frames=frames),
        progress=partial(console.print, style="dim", highlight=False),
    )
    for table in report.tables(found):
        console.print(table)
    write_json(out, as_json.as_dict(found))
    if plot is not None:
        report.plot(found, plot)


@app.command("soak", help=text("cli-help-bench-soak"))
def soak(
    sources: Annotated[list[str], typer.Argument(help=text("cli-arg-sources"))],
    for_: Annotated[str, typer.Option("--for", help=text("cli-opt-for"))] = "60m",
    every: Annotated[str, typer.Option(help=text("cli-opt-soak-every"))] = "10s",
    fps: FpsOption = None,
    out: JsonOption = None,
) -> None:
    """Memory over a long run of looping cameras."""
    from benchmarks import soak as soak_bench

    console = Console()
    result = soak_bench.measure(
        sources, seconds=duration(for_), every_s=duration(every), fps=fps, progress=console.print
    )
    console.print(soak_bench.table(result))
    write_json(out, soak_bench.as_dict(result))


@app.command("tracking", help=text("cli-help-bench-tracking"))
def tracking(
    data: Annotated[Path | None, typer.Option(help=text("cli-opt-bench-data"))] = None,
    peers: Annotated[bool, typer.Option("--peers", help=text("cli-opt-bench-peers"))] = False,
    out: JsonOption = None,
    plot: Annotated[Path | None, typer.Option(help=text("cli-opt-bench-plot"))] = None,
) -> None:
    """HOTA, MOTA, IDF1 and milliseconds a frame, beside other packages' trackers."""
    from benchmarks import environments
    from benchmarks.tracking import measure, report

    console = Console()
    if data is None:
        console.print(text("cli-bench-tracking-no-data"), soft_wrap=True)
    if plot is not None:
        environments.find_uv()
    result = measure.measure(data, with_peers=peers, progress=partial(console.print, style="dim", highlight=False))
    for table in report.tables(result):
        console.print(table)
    write_json(out, measure.as_dict(result))
    if plot is not None:
        report.plot(result, plot)


@app.command("detection", help=text("cli-help-bench-detection"))
def detection(
    labels: Annotated[list[Path], typer.Argument(help=text("cli-arg-detection-labels"))],
    model: Annotated[list[str] | None, typer.Option(help=text("cli-opt-detection-model"))] = None,
    images: Annotated[Path | None, typer.Option(help=text("cli-opt-detection-images"))] = None,
    backend: Annotated[str, typer.Option(help=text("cli-opt-detection-backend"))] = "onnxruntime",
    threshold: Annotated[
        float | None, typer.Option(min=0.001, max=0.999, help=text("cli-opt-detection-threshold"))
    ] = None,
    input_px: InputOption = None,
    trim: TrimOption = False,
    out: JsonOption = None,
) -> None:
    """Average precision, recall and false boxes of detectors on labelled pictures."""
    from benchmarks.detection import measure, report

    console = Console()
    result = measure.measure(
        labels,
        model or [MODEL],
        images=images,
        backend=backend,
        threshold=threshold,
        input_px=input_px,
        trim=trim,
        progress=partial(console.print, style="dim", highlight=False),
    )
    for table in report.tables(result):
        console.print(table)
    for note in report.notes(result):
        console.print(note, soft_wrap=True, highlight=False)
    write_json(out, measure.as_dict(result))


@app.command("viewpoint", help=text("cli-help-bench-viewpoint"))
def viewpoint(
    video: Annotated[Path, typer.Option(help=text("cli-opt-bench-video"))] = CLIP,
    model: Annotated[str, typer.Option(help=text("cli-opt-model"))] = MODEL,
    out: JsonOption = None,
) -> None:
    """Cost of telling where a turning camera looks, beside the detector."""
    from benchmarks.viewpoint import measure, table

    found = measure(video, model)
    Console().print(table(found))
    write_json(out, found)


@app.command("events", help=text("cli-help-bench-events"))
def events(
    quick: Annotated[bool, typer.Option("--quick", help=text("cli-opt-events-quick"))] = False,
    scenes: Annotated[str | None, typer.Option(help=text("cli-opt-events-scenes"))] = None,
    seeds: Annotated[str, typer.Option(help=text("cli-opt-events-seeds"))] = "1000,1001",
    cameras: Annotated[int | None, typer.Option(min=0, help=text("cli-opt-events-cameras"))] = None,
    staged: Annotated[int | None, typer.Option(min=0, help=text("cli-opt-events-staged"))] = None,
    squares: Annotated[int | None, typer.Option(min=0, help=text("cli-opt-events-squares"))] = None,
    hours: Annotated[float, typer.Option(min=0.01, help=text("cli-opt-events-hours"))] = 1.0,
    noise: Annotated[float, typer.Option(min=0, help=text("cli-opt-events-noise"))] = 1.0,
    fps: Annotated[float, typer.Option(min=0.5, help=text("cli-opt-events-fps"))] = 10.0,
    width: WidthOption = None,
    ablate: Annotated[bool, typer.Option("--ablate", help=text("cli-opt-events-ablate"))] = False,
    traffic: Annotated[list[Path] | None, typer.Option(help=text("cli-opt-events-traffic"))] = None,
    videos: Annotated[Path | None, typer.Option(help=text("cli-opt-events-videos"))] = None,
    workers: Annotated[int | None, typer.Option(min=1, help=text("cli-opt-events-workers"))] = None,
    out: JsonOption = None,
    plot: Annotated[Path | None, typer.Option(help=text("cli-opt-events-plot"))] = None,
) -> None:
    """Events and measurements on simulated traffic, beside its truth."""
    from benchmarks import environments
    from benchmarks.events import measure, plans, report

    console = Console(width=max(Console().width, report.WIDTH))
    if plot is not None:
        environments.find_uv()
    plan = plans.plan(
        quick=quick,
        scenes=scenes,
        seeds=seeds,
        cameras=cameras,
        staged=staged,
        squares=squares,
        hours=hours,
        fps=fps,
        inputs=input_width(width) or "auto",
        level=noise,
        ablate=ablate,
        sweep=plot is not None,
        traffic=tuple(traffic or ()),
        videos=videos,
        workers=workers,
    )
    result = measure.measure(plan, partial(console.print, style="dim", highlight=False))
    for table in report.tables(result):
        console.print(table)
    for note in report.notes(result):
        console.print(note, soft_wrap=True, highlight=False)
    write_json(out, measure.as_dict(result))
    if plot is not None:
        report.plot(result, plot)
