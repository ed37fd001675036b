"""Tracks of a block's cameras, kept on disk: whoever works on rules need not wait for detections and tracker again."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np

from benchmarks.events.event_truth import Witness
from benchmarks.events.watching import SECOND_NS, Following, meta
from core.arrays import AnyArray
from core.cache import cache_folder, write_whole
from core.tracks import TrackBatch

ROWS: Final = ("xyxy", "score", "class_id", "track_id", "state", "det_index")
ENDS: Final = ("offsets", "ended_offsets")


def kept_tracks(following: Following, key: str) -> Iterator[TrackBatch]:
    """What `following` gives, from the cache where it is kept under this name; else it is kept."""
    path = cache_folder("bench-tracks") / f"{key}.npz"
    if path.is_file():
        with np.load(path) as kept:
            yield from _read(following, dict(kept))
        return
    batches = list(following)
    yield from batches
    content = io.BytesIO()
    np.savez_compressed(content, **_written(following, batches))
    write_whole(path, content.getvalue())


def _written(following: Following, batches: Sequence[TrackBatch]) -> dict[str, Any]:
    number = {view.camera.camera_id: k for k, view in enumerate(following.views)}
    found: dict[str, Any] = {
        name: np.concatenate([getattr(batch, name) for batch in batches]) for name in (*ROWS, *ENDS, "ended_id")
    }
    frames = [(number[frame.camera_id], frame.media_ns) for batch in batches for frame in batch.frames]
    found["frames"] = np.array(frames, np.int64)
    found["counts"] = np.array([(len(b.frames), len(b), len(b.ended_id)) for b in batches], np.int64)
    found["came"] = np.array((following.frames, following.boxes), np.int64)
    for k, witness in enumerate(following.witnesses):
        found[f"users-{k}"], found[f"times-{k}"] = witness.seen()
    return found


def _read(following: Following, kept: Mapping[str, AnyArray]) -> Iterator[TrackBatch]:
    views = following.views
    following.frames, following.boxes = kept["came"].tolist()
    following.witnesses = [Witness(kept[f"users-{k}"], kept[f"times-{k}"]) for k in range(len(views))]
    frames, rows, ended = np.cumsum(kept["counts"], axis=0)[:-1].T
    ends = frames + np.arange(1, len(frames) + 1)
    parts: dict[str, list[AnyArray]] = {name: np.split(kept[name], rows) for name in ROWS}
    parts |= {name: np.split(kept[name], ends) for name in ENDS}
    parts["ended_id"] = np.split(kept["ended_id"], ended)
    for number, came in enumerate(np.split(kept["frames"], frames)):
        metas = tuple(meta(views[k], at_ns / SECOND_NS) for k, at_ns in came.tolist())
        yield TrackBatch(frames=metas, **{name: part[number] for name, part in parts.items()})
