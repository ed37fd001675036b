"""A second, enlarged look at marked zones, for objects that are too small in the whole picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import numpy as np

from core.arrays import F32, I64, U8, Bool, offsets_of
from core.detections import DetectionBatch
from core.frames import Affine, FrameBatch, FrameMeta, InputSpec, Surface
from core.geometry import iou
from core.protocols import Detector, Ticket
from core.scene import Scene
from models.boxes import GROUP_OF
from models.filling import fill, thinned

Region: TypeAlias = tuple[int, int, int, int]
"""Left, top, right, bottom in source pixels."""
AROUND: Final = 0.15
"""Of the zone's size, looked at on each side of it: who stands inside reaches out of it."""
CUT_PX: Final = 2.0
"""Source pixels; a box that ends so close to a border of the look, where the picture goes on, shows a part only."""
SAME: Final = 0.45
"""From this overlap on (intersection over union) both looks show the same object: the closer look knows better."""


class Part:
    """A region of another surface, for a detector to look at. The pixels stay the other's."""

    def __init__(self, whole: Surface, region: Region) -> None:
        self._whole, self._region = whole, region

    def write_into(self, slot: F32, spec: InputSpec) -> Affine:
        """Fill `slot` with the region."""
        return fill(slot, self.to_host(), spec)

    def crop(self, xyxy: tuple[float, float, float, float]) -> U8:
        """Pixels of a box inside the region; `Surface.crop`."""
        left, top, right, bottom = self._region
        x1, y1 = min(left + xyxy[0], right - 1.0), min(top + xyxy[1], bottom - 1.0)
        x2, y2 = min(left + xyxy[2], right), min(top + xyxy[3], bottom)
        return self._whole.crop((max(x1, left), max(y1, top), max(x2, left + 1.0), max(y2, top + 1.0)))

    def sample(self, x: I64, y: I64) -> U8:
        """Pixels at places of the region; `Surface.sample`."""
        return self._whole.sample(x + self._region[0], y + self._region[1])

    def grey(self, width: int, height: int) -> U8:
        """Brightness at about `width` × `height` places of the region; `Surface.grey`."""
        return thinned(self.to_host()[:, :, 1], width, height)

    def to_host(self) -> U8:
        """The region (h, w, 3) BGR, a copy."""
        return self._whole.crop(self._region)

    def release(self) -> None:
        """Nothing: the whole is given back by its owner."""


@dataclass(frozen=True, slots=True, eq=False)
class _Looks:
    """A ticket whose close looks come back into their frames."""

    inner: Ticket
    frames: tuple[FrameMeta, ...]
    parts: tuple[tuple[int, Region], ...]

    @property
    def ready(self) -> bool:
        """Whether `collect` answers at once."""
        return self.inner.ready

    def collect(self) -> DetectionBatch:
        """The detections of both looks, each object once."""
        return merged(self.inner.collect(), self.frames, self.parts)


class CloseUps:
    """A `core.protocols.Detector` that looks again at the zones that their scenes mark with `zoom`.

    Each costs one more image for the detector. What a closer look shows whole takes the place of the same object in the
    whole picture.

    Args:
        detector: looks.
        scenes: by camera; read at each frame, so that cameras can be added.
    """

    def __init__(self, detector: Detector, scenes: Mapping[str, Scene]) -> None:
        self._detector, self._scenes = detector, scenes

    @property
    def input_spec(self) -> InputSpec:
        """The detector's."""
        return self._detector.input_spec

    @property
    def batch_size(self) -> int:
        """The detector's."""
        return self._detector.batch_size

    def submit(self, frames: FrameBatch) -> Ticket:
        """Begin a batch with its close looks."""
        parts = tuple(
            (index, region) for index, meta in enumerate(frames.frames) for region in regions(self._scene(meta), meta)
        )
        if not parts:
            return self._detector.submit(frames)
        metas = [_meta(frames.frames[index], region) for index, region in parts]
        surfaces = [Part(frames.surfaces[index], region) for index, region in parts]
        all_looks = FrameBatch((*frames.frames, *metas), (*frames.surfaces, *surfaces))
        return _Looks(self._detector.submit(all_looks), frames.frames, parts)

    def detect(self, frames: FrameBatch) -> DetectionBatch:
        """All detections of a batch."""
        return self.submit(frames).collect()

    def _scene(self, meta: FrameMeta) -> Scene | None:
        scene = self._scenes.get(meta.camera_id)
        return None if scene is None else scene.at(meta.view)


def regions(scene: Scene | None, meta: FrameMeta) -> list[Region]:
    """What to look at again in a frame: around each marked zone, cut at the frame."""
    zoomed = () if scene is None else tuple(zone for zone in scene.zones.values() if zone.zoom)
    if scene is None or not zoomed:
        return []
    size = np.array((meta.width, meta.height))
    scale = size / scene.reference_size
    found = []
    for zone in zoomed:
        low, high = zone.polygon.min(axis=0), zone.polygon.max(axis=0)
        margin = (high - low) * AROUND
        low, high = np.floor((low - margin) * scale).clip(0, size - 1), np.ceil((high + margin) * scale)
        right, bottom = np.maximum(high.clip(1, size), low + 1).astype(int).tolist()
        left, top = low.astype(int).tolist()
        found.append((left, top, right, bottom))
    return found


def merged(
    looks: DetectionBatch, frames: tuple[FrameMeta, ...], parts: tuple[tuple[int, Region], ...]
) -> DetectionBatch:
    """The detections of `frames`; those of the parts, which follow them in `looks`, brought into their frames."""
    rows = [np.arange(looks.rows(i).start, looks.rows(i).stop) for i in range(len(frames))]
    xyxy = looks.xyxy.copy()
    for number, (index, region) in enumerate(parts, start=len(frames)):
        mine = np.arange(looks.rows(number).start, looks.rows(number).stop)
        mine = mine[_whole(looks.xyxy[mine], region, frames[index])]
        xyxy[mine] += np.array(region[:2] * 2, np.float32)
        group = GROUP_OF[looks.class_id]
        same = (group[rows[index]][:, None] == group[mine]) & (iou(xyxy[rows[index]], xyxy[mine]) >= SAME)
        together = np.concatenate((rows[index][~same.any(axis=1)], mine))
        rows[index] = together[np.argsort(-looks.score[together], kind="stable")]
    kept = np.concatenate(rows) if rows else np.zeros(0, np.int64)
    offsets = offsets_of([len(part) for part in rows])
    return DetectionBatch(frames, offsets, xyxy[kept], looks.score[kept], looks.class_id[kept])


def _meta(meta: FrameMeta, region: Region) -> FrameMeta:
    return replace(meta, width=region[2] - region[0], height=region[3] - region[1])


def _whole(xyxy: F32, region: Region, frame: FrameMeta) -> Bool:
    """Which boxes (N, 4), in pixels of the region, are not cut by its border."""
    width, height = region[2] - region[0], region[3] - region[1]
    inner = [region[0] > 0, region[1] > 0, region[2] < frame.width, region[3] < frame.height]
    gaps = np.stack((xyxy[:, 0], xyxy[:, 1], width - xyxy[:, 2], height - xyxy[:, 3]), axis=1)
    return np.asarray(~((gaps < CUT_PX) & inner).any(axis=1), np.bool_)
