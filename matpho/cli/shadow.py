"""`matpho shadow`: two models on one camera, and the pictures on which they disagree."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from locales import text
from matpho.cli.options import duration

Threshold = Annotated[float | None, typer.Option(min=0.001, max=0.999, help=text("cli-opt-shadow-threshold"))]
AgainstThreshold = Annotated[
    float | None, typer.Option(min=0.001, max=0.999, help=text("cli-opt-shadow-against-threshold"))
]


def shadow(
    source: Annotated[str, typer.Argument(help=text("cli-arg-shadow-source"))],
    model: Annotated[str, typer.Option(help=text("cli-opt-shadow-model"))],
    against: Annotated[str, typer.Option(help=text("cli-opt-shadow-against"))],
    out: Annotated[Path, typer.Option(help=text("cli-opt-shadow-out"))],
    fps: Annotated[float, typer.Option(min=0.01, help=text("cli-opt-shadow-fps"))] = 1.0,
    most: Annotated[int, typer.Option(min=1, help=text("cli-opt-shadow-most"))] = 200,
    for_: Annotated[str | None, typer.Option("--for", help=text("cli-opt-shadow-for"))] = None,
    threshold: Threshold = None,
    against_threshold: AgainstThreshold = None,
    backend: Annotated[str, typer.Option(help=text("cli-opt-detection-backend"))] = "onnxruntime",
) -> None:
    """Keep the pictures on which two models disagree."""
    from benchmarks.detection.kept import Folder
    from benchmarks.detection.shadow import Shadow, the_source
    from models.registry import load_detector

    seconds = None if for_ is None else duration(for_)
    camera = the_source(source, fps)
    a = load_detector(model, backend=backend, score_threshold=threshold, max_batch=1)
    b = load_detector(against, backend=backend, score_threshold=against_threshold, max_batch=1)
    names = (a.name, b.name) if a.name != b.name else (f"A: {a.name}", f"B: {b.name}")
    watch = Shadow(a, b, Folder(out, names), fps=fps, most=most, seconds=seconds)
    with suppress(KeyboardInterrupt):  # a person has seen enough: what is kept is whole
        watch.run(camera)
    said = text("cli-shadow-done", path=out, model=names[0], against=names[1], **asdict(watch.counts))
    Console().print(said, soft_wrap=True, highlight=False)
