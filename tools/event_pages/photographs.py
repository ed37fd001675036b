"""Real pictures of events for their pages: faults and things are put into the shipped clip, and what the observers and
rules raise is drawn as evidence.

    python tools/event_pages/photographs.py [KIND ...]

Takes minutes. To be run by hand, and looked at, when what is seen of an event has changed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

import cv2
import numpy as np

ROOT: Final = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # for `tools`, which is not installed

from analytics.engine import RuleEngine  # noqa: E402
from benchmarks.pixels.clips import Clip, load  # noqa: E402
from benchmarks.pixels.faults import faults  # noqa: E402
from benchmarks.pixels.road_users import RATE, RoadUsers, frame_of, look_for, middle_of  # noqa: E402
from benchmarks.pixels.things import GROUNDS, PASSES  # noqa: E402
from benchmarks.pixels.weather import untouched  # noqa: E402
from core.arrays import U8  # noqa: E402
from core.detections import DetectionBatch  # noqa: E402
from core.events import Event, EventKind, Phase  # noqa: E402
from core.frames import FrameMeta  # noqa: E402
from core.protocols import Detector  # noqa: E402
from core.scene import Label, Scene, Zone  # noqa: E402
from evidence.drawing import draw_event  # noqa: E402
from matpho.observing import make_observers  # noqa: E402
from models.registry import DEFAULT_MODEL, load_detector  # noqa: E402
from pipeline.observing import Observing  # noqa: E402
from pipeline.sources.surfaces import ArraySurface  # noqa: E402
from scenes.rules import SPECS, AnyRuleSpec  # noqa: E402
from scenes.scene_file import load_scene  # noqa: E402
from tools.event_pages.cutouts import Cutout  # noqa: E402
from tools.event_pages.drive import SIGNAL, Drive  # noqa: E402
from tools.event_pages.photographed import PHOTOGRAPHED  # noqa: E402
from trackers.online import OnlineTracker  # noqa: E402
from trackers.world import World  # noqa: E402

CLIP: Final = ROOT / "matpho/demo/plaza.mp4"
FOLDER: Final = ROOT / "docs/events"
CAMERA: Final = "plaza"
WALL_NS: Final = 1_767_603_600_000_000_000
"""When the pictures say that they were taken: 2026-01-05, 09:00 UTC."""
WRONG_S: Final = 70
LONGEST_S: Final = 900
WIDTH: Final = 640
MOST_BYTES: Final = 40_000
QUALITIES: Final = (80, 70, 60, 50, 40)
FAULTS: Final = {
    EventKind.CAMERA_FROZEN: "frozen",
    EventKind.CAMERA_DARK: "dark",
    EventKind.CAMERA_BLURRED: "defocus 5",
    EventKind.CAMERA_COVERED: "hand",
}
SEED: Final = 3
PART: Final = (640, 480)
TURNED_FROM: Final = (128, 96)
TURNED_TO: Final = (0, 30)


@dataclass(frozen=True, slots=True)
class Put:
    """A thing that lies somewhere from a second on: what, how many times as large, and where it stands."""

    what: str
    scale: float
    foot: tuple[int, int]
    from_s: float = WRONG_S


THINGS: Final[Mapping[EventKind, Sequence[Put]]] = {
    EventKind.DEBRIS: (Put("stone", 1.2, (560, 352)),),
    EventKind.ABANDONED_OBJECT: (Put("bag", 1.3, (630, 324), 100),),
    EventKind.LITTERING: (Put("jacket", 0.8, (270, 241), 82),),
    EventKind.ENCROACHMENT: (
        Put("stone", 1.4, (170, 232)), Put("stone", 1.2, (146, 236)), Put("cone", 1.5, (192, 236)),
        Put("cone", 1.5, (126, 234)),
    ),
}  # fmt: skip


class Street:
    """The shipped clip, played to and fro, with its scene and those who walk in it."""

    def __init__(self) -> None:
        self.clip: Clip = load(CLIP)
        self.middle = middle_of(self.clip)
        scene = load_scene(CLIP.with_suffix(".yaml")).scene
        ground = Zone("ground", Label("street", "đường phố"), np.array(GROUNDS["plaza"], np.float64))
        self.scene: Scene = replace(scene, zones={**scene.zones, "ground": ground})

    @cached_property
    def detector(self) -> Detector:
        """The shipped one."""
        return load_detector(DEFAULT_MODEL, backend="onnxruntime", max_batch=1)

    @cached_property
    def users(self) -> RoadUsers:
        """As it finds them."""
        return look_for(CLIP, self.clip, self.detector)

    def at(self, second: int) -> U8:
        """The picture at a second, with a grain of its own."""
        return untouched(second, self.clip.at(second))


@dataclass(frozen=True, slots=True)
class Shot:
    """What a camera sees at each tick of 1 / `RATE` s: the picture, and the detections in it; observers look at one in
    `every`."""

    scene: Scene
    picture: Callable[[int], U8]
    seen: Callable[[int, FrameMeta], DetectionBatch]
    every: int = RATE


def main() -> None:
    """Make those that are named, or all."""
    cv2.setNumThreads(1)
    street = Street()
    for kind in [EventKind(name) for name in sys.argv[1:]] or PHOTOGRAPHED:
        content = _small(_make(street, kind))
        (FOLDER / f"{kind}.jpg").write_bytes(content)
        print(kind, len(content))


def _make(street: Street, kind: EventKind) -> U8:
    if kind in THINGS:
        return _with_things(street, kind)
    if kind is EventKind.RED_LIGHT:
        return _driven(street, kind)
    return _turned(street, kind) if kind is EventKind.CAMERA_MOVED else _faulty(street, kind)


def _turned(street: Street, kind: EventKind) -> U8:
    """The camera sees one part of the clip's picture, and then another one."""

    def picture(second: int) -> U8:
        x, y = TURNED_TO if second >= WRONG_S else TURNED_FROM
        return np.ascontiguousarray(street.at(second)[y : y + PART[1], x : x + PART[0]])

    return photograph(street, kind, _spec(kind), picture)


def _faulty(street: Street, kind: EventKind) -> U8:
    change = next(fault.change for fault in faults(street.clip, SEED) if fault.name == FAULTS[kind])

    def picture(second: int) -> U8:
        return change(second, street.at(second)) if second >= WRONG_S else street.at(second)

    return photograph(street, kind, _spec(kind), picture)


def _with_things(street: Street, kind: EventKind) -> U8:
    first = street.clip.at(0)
    put = [(one, Cutout.of(one.what, first, one.scale)) for one in THINGS[kind]]

    def picture(second: int) -> U8:
        shown = street.clip.at(second)
        for one, cut in put:
            if second >= one.from_s:
                cut.lie(shown, street.middle, one.foot, PASSES)
        return untouched(second, shown)

    return photograph(street, kind, _spec(kind, zone="ground"), picture)


def _driven(street: Street, kind: EventKind) -> U8:
    """Who drives is not in the clip: the detector looks at the pictures."""
    drive = Drive(street.clip, street.middle, street.scene, street.detector)
    shot = Shot(drive.scene, lambda tick: drive.at(tick / RATE), lambda tick, frame: drive.seen(tick / RATE, frame), 1)
    return evidence(kind, _spec(kind, signal=SIGNAL), shot)


def _spec(kind: EventKind, **given: str) -> AnyRuleSpec:
    return SPECS[kind](**given)


def photograph(street: Street, kind: EventKind, spec: AnyRuleSpec, picture: Callable[[int], U8]) -> U8:
    """The evidence of the first event of who is in the clip, and what was put into its picture, second by second."""
    shot = Shot(
        street.scene, lambda tick: picture(tick // RATE), lambda tick, frame: street.users.at(tick).batch(frame, ())
    )
    return evidence(kind, spec, shot)


def evidence(kind: EventKind, spec: AnyRuleSpec, shot: Shot) -> U8:
    """The evidence of the first event that a rule raises as it is by default.

    Raises:
        ValueError: it raises none.
    """
    engine, tracker, world = RuleEngine(), OnlineTracker(), World({CAMERA: shot.scene})
    engine.add_camera(CAMERA, shot.scene, [spec], live=False)
    observing = Observing([made for make in make_observers(shot.scene, [spec]) if (made := make()) is not None])
    size = shot.picture(0).shape[1], shot.picture(0).shape[0]
    for tick in range(LONGEST_S * RATE):
        meta = replace(frame_of(tick, size), camera_id=CAMERA)
        if tick % shot.every == 0:
            meta = observing.look(meta, ArraySurface(shot.picture(tick)))
        tracks = tracker.update(shot.seen(tick, meta))
        found = engine.update(tracks, world.locate(tracks), [observing.take(meta)])
        event = next((event for event in found.events if _is(event, kind)), None)
        if event is not None:
            print(kind, tick / RATE, event.measures, event.box, event.track_ids)
            return draw_event(shot.picture(tick), event, WALL_NS + meta.captured_ns, shot.scene)
    raise ValueError(f"no {kind} was raised")


def _is(event: Event, kind: EventKind) -> bool:
    return event.kind is kind and event.phase is Phase.STARTED


def _small(picture: U8) -> bytes:
    height = round(picture.shape[0] * WIDTH / picture.shape[1])
    shown = cv2.resize(picture, (WIDTH, height), interpolation=cv2.INTER_AREA)
    for quality in QUALITIES:
        content = cv2.imencode(".jpg", shown, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
        if len(content) <= MOST_BYTES:
            return content
    raise ValueError(f"more than {MOST_BYTES} bytes at any quality")


if __name__ == "__main__":
    main()
