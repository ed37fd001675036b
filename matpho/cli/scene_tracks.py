"""Where `matpho scene calibrate` and `suggest` get tracks from: a recording, or a video that is watched for a while."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console

from core.arrays import U8
from core.errors import ConfigError
from core.tracks import TrackBatch, TrackState
from locales import text
from matpho.cli.signals import stopping
from scenes.track_table import TrackTable


@dataclass(frozen=True, slots=True)
class Wish:
    """What to watch, and for how long.

    Attributes:
        size: of the picture that a recording's boxes refer to; None: that of `picture`.
        picture: a video, folder or address whose first frame is drawn on; None: the source, where it has pictures.
        camera: of a recording with several.
    """

    source: str
    size: tuple[int, int] | None = None
    picture: str | None = None
    camera: str | None = None
    most_s: float | None = None
    most_frames: int | None = None
    model: str | None = None
    fps: float | None = None


def gather(wish: Wish, console: Console) -> tuple[TrackTable, U8 | None]:
    """The tracks, and a picture to draw on.

    Raises:
        MatphoError: the source cannot be read, holds several cameras, or the size of its picture is not known.
    """
    if not wish.source.lower().endswith(".csv"):
        picture = first_picture(wish.picture or wish.source)
        return _watched(wish, console), picture
    drawn_on = None if wish.picture is None else first_picture(wish.picture)
    size = wish.size or (None if drawn_on is None else (drawn_on.shape[1], drawn_on.shape[0]))
    if size is None:
        raise ConfigError("error-tracks-size", path=wish.source)
    return _recorded(Path(wish.source), size, wish.camera), drawn_on


def first_picture(uri: str) -> U8:
    """The first frame of a video, folder of pictures, address, or one picture.

    Raises:
        MatphoError: there is none.
    """
    import cv2

    from pipeline.sources.table import sources_for

    if Path(uri).suffix.lower() in (".jpg", ".jpeg", ".png", ".bmp") and Path(uri).is_file():
        read = cv2.imread(uri, cv2.IMREAD_COLOR)
        if read is None:
            raise ConfigError("error-no-frame", path=uri)
        return np.asarray(read, np.uint8)
    stream = sources_for(uri)[0].open(0)
    try:
        _, surface = next(iter(stream), (None, None))
        if surface is None:
            raise ConfigError("error-no-frame", path=uri)
        picture = surface.to_host()
        surface.release()
    finally:
        stream.close()
    return picture


def picture_size(value: str | None) -> tuple[int, int] | None:
    """Width and height of `1920x1080`.

    Raises:
        ConfigError: it is no size.
    """
    if value is None:
        return None
    width, _, height = value.lower().replace("×", "x").partition("x")
    if not (width.isdecimal() and height.isdecimal() and 0 < int(width) < 100_000 and 0 < int(height) < 100_000):
        raise ConfigError("error-picture-size", value=value)
    return int(width), int(height)


def _recorded(path: Path, size: tuple[int, int], camera: str | None) -> TrackTable:
    from trackers.recorded import recorded_tracks

    batches = list(recorded_tracks(path, start_ns=0, sizes=size, doubt_sizes=True))
    cameras = sorted({frame.camera_id for batch in batches for frame in batch.frames})
    if camera is None and len(cameras) > 1:
        raise ConfigError("error-tracks-cameras", path=path, cameras=", ".join(cameras))
    if camera is not None and camera not in cameras:
        raise ConfigError("error-tracks-camera", path=path, camera=camera, cameras=", ".join(cameras) or "-")
    return table_of(size, (b for b in batches if camera is None or b.frames[0].camera_id == camera))


def _watched(wish: Wish, console: Console) -> TrackTable:
    from matpho.plan import Plan
    from matpho.planning import plan_sources
    from matpho.session import Session
    from scenes.model_specs import ModelSpec

    model = ModelSpec() if wish.model is None else ModelSpec(path=wish.model)
    cameras = plan_sources([wish.source], model=model, fps=wish.fps)
    if len(cameras) != 1:
        names = ", ".join(camera.camera_id for camera in cameras)
        raise ConfigError("error-tracks-cameras", path=wish.source, cameras=names)
    kept: list[TrackBatch] = []
    with Session(Plan(model, cameras, store=None, evidence=None), keep_run=False) as session:
        with stopping(session.stop), console.status(text("cli-scene-watching", frames=0)) as status:
            for step in session.steps(most_frames=wish.most_frames, most_s=wish.most_s):
                kept.append(step.tracks)
                status.update(text("cli-scene-watching", frames=len(kept)))
        problem = next((s.error for s in session.status() if s.error), None)
    if not kept:
        raise ConfigError("error-no-frame", path=wish.source if problem is None else f"{wish.source}: {problem}")
    frame = kept[0].frames[0]
    return table_of((frame.width, frame.height), kept)


def table_of(size: tuple[int, int], batches: Iterable[TrackBatch]) -> TrackTable:
    """The confirmed rows of batches; a track that goes on after a reconnect is a new one."""
    columns = list(zip(*_rows(size, batches), strict=True)) or [[np.zeros(0)]] * 3 + [[np.zeros((0, 4))]]
    return TrackTable.of(size, *(np.concatenate(column) for column in columns))


def _rows(size: tuple[int, int], batches: Iterable[TrackBatch]) -> Iterator[tuple[np.ndarray, ...]]:
    for batch in batches:
        for number, frame in enumerate(batch.frames):
            part = batch.rows(number)
            seen = np.flatnonzero(batch.state[part] == TrackState.CONFIRMED) + part.start
            scale = np.array([size[0] / frame.width, size[1] / frame.height] * 2)
            yield (
                np.full(len(seen), frame.media_ns / 1e9),
                batch.track_id[seen] + (frame.epoch << 40),
                batch.class_id[seen],
                batch.xyxy[seen] * scale,
            )
