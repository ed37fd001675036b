"""A turning camera through the whole way: a crop that pans over a large real picture, from frames to records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.arrays import U8
from core.events import Event, EventKind, Phase
from core.frames import MOVING, FrameMeta, Look, Surface
from core.records import Measurement, Record, TrackSummary
from core.taxonomy import ObjectClass
from matpho.viewpoints import make_viewpoint
from models.fake import FakeDetector, Seen
from pipeline.cameras import CameraPlan
from pipeline.onvif.ptz import PtzService
from pipeline.onvif.soap import OnvifClient
from pipeline.onvif.viewpoint import OnvifViewpoint
from pipeline.onvif.watch import EVERY_S, PtzWatch
from pipeline.runner import Pipeline
from pipeline.sources.urls import Credentials
from pipeline.step import StepResult
from scenes.scene_file import SceneFile, load_scene
from tests.support.onvif import CameraModel, OnvifCamera
from tests.support.turning import MIDDLES, SECOND, T0, Actor, Stop, Tour, TurningSource, Window, large_picture
from trackers.online import OnlineTracker

VIDEO = Path(__file__).parents[3] / "shared" / "video"
HOMES: dict[str, Window] = {"north": (*MIDDLES[0], 1.5), "south": (*MIDDLES[3], 1.2)}
NOWHERE: Window = (MIDDLES[0][0] + 560, MIDDLES[0][1] + 320, 1.5)
TOUR = [
    Stop("north", HOMES["north"], 14),
    Stop("south", HOMES["south"], 12, 1.5),
    Stop("", NOWHERE, 4, 1.0),
    Stop("north", HOMES["north"], 14, 1.0),
]
"""North 0 to 14 s, south 15.5 to 27.5, nowhere 28.5 to 32.5, north 33.5 to 47.5."""
SCENE = """
id: turning
reference_size: [640, 360]
origin: {longitude: 105.85, latitude: 21.03}
presets:
  - id: north
    name: {en: North, vi: Bắc}
    picture: north.png
    ground: {homography: [[0.05, 0, 0], [0, -0.05, 0], [0, 0, 1]]}
    zones: [{id: gate, polygon: [[300, 150], [460, 150], [460, 300], [300, 300]]}]
    lines: [{id: kerb, start: [320, 360], end: [320, 0]}]
    lanes: [{id: lane, polygon: [[0, 200], [640, 200], [640, 260], [0, 260]], centreline: [[10, 230], [630, 230]]}]
  - id: south
    picture: [south.png]
    ground: {homography: [[0.1, 0, 0], [0, -0.1, 0], [0, 0, 1]]}
    zones: [{id: yard, polygon: [[0, 0], [640, 0], [640, 360], [0, 360]]}]
    lines: [{id: kerb, start: [320, 360], end: [320, 0]}]
rules:
  - {kind: incident.stopped_vehicle, zone: gate, for_s: 4}
  - {kind: security.intrusion, zone: yard}
  - {kind: measure, line: kerb, classes: [vehicle], interval_s: 10}
  - {kind: measure, lanes: all, classes: [vehicle], interval_s: 10}
"""


def actors() -> list[Actor]:
    """Cars from left to right through the middle of both presets, and one that stands in the north all the time."""
    found = [Actor((MIDDLES[0][0] + 90, MIDDLES[0][1] - 4), (0.0, 0.0), (90, 60), (30, 30, 160))]
    for x, y in (MIDDLES[0], MIDDLES[3]):
        found += [
            Actor(
                (x - 620, y + 70 + 14), (240.0, 0.0), (80, 50), (200, 60, 40), start_s=2.6 * n + 0.5, end_s=2.6 * n + 6
            )
            for n in range(20)
        ]
    return found


@dataclass
class Watched:
    """What a run saw and said."""

    tour: Tour
    views: list[tuple[float, str]] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    live_ids: list[tuple[str, set[int]]] = field(default_factory=list)
    pictures: list[tuple[str, str]] = field(default_factory=list)

    def offer(self, *args: object) -> bool:
        return True

    def reference(self, camera_id: str, view: str, picture: object) -> None:
        self.pictures.append((camera_id, view))

    @property
    def events(self) -> list[Event]:
        return [r for r in self.records if isinstance(r, Event)]

    @property
    def measurements(self) -> list[Measurement]:
        return [r for r in self.records if isinstance(r, Measurement)]

    @property
    def tracks(self) -> list[TrackSummary]:
        return [r for r in self.records if isinstance(r, TrackSummary)]


def scene_file(folder: Path, tour: Tour) -> SceneFile:
    for name, window in HOMES.items():
        cv2.imwrite(str(folder / f"{name}.png"), tour.reference(window))
    (folder / "scene.yaml").write_text(SCENE)
    return load_scene(folder / "scene.yaml")


def run_through(plan: CameraPlan, found: Watched) -> Iterator[StepResult]:
    """The whole way, with a detector that sees all that drives in the film, also while the camera turns."""

    def see(frame: FrameMeta) -> list[Seen]:
        return [Seen(box, ObjectClass.CAR) for box in found.tour.boxes(frame.media_ns / SECOND)]

    return Pipeline(FakeDetector(see), OnlineTracker(), [plan], publish=found.records.extend, evidence=found).steps()


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    clips = [VIDEO / "topdown_traffic.mp4", VIDEO / "highway.avi"]
    if not all(clip.is_file() for clip in clips):
        pytest.skip(f"no {clips[0]}")
    tour = Tour(large_picture(clips), TOUR, actors(), noise=2.0, miss_px=1.5)
    file = scene_file(tmp_path_factory.mktemp("turning"), tour)
    found = Watched(tour)

    plan = CameraPlan(TurningSource("cam", tour), file.scene, file.rules, viewpoint=make_viewpoint(file.scene))
    for step in run_through(plan, found):
        for number, frame in enumerate(step.frames.frames):
            found.views.append((frame.media_ns / SECOND, frame.view))
            found.live_ids.append((frame.view, set(step.tracks.track_id[step.tracks.rows(number)].tolist())))
    return found


def test_presets_are_told_right_and_resume_within_two_seconds(run: Watched) -> None:
    """No frame shows a wrong preset; a move that has shifted the picture by 2 % of its width is seen."""
    for t, view in run.views:
        true = run.tour.moment(t)
        if true.moving:
            continue
        assert view in (true.preset or MOVING, MOVING)
        if t - true.since_s > 1.0:
            assert view == (true.preset or MOVING)
    moving = [(t, view) for t, view in run.views if run.tour.moment(t).moving and t - run.tour.moment(t).since_s > 0.4]
    assert len(moving) > 20 and {view for _, view in moving} == {MOVING}


def test_tracks_end_where_the_view_changes(run: Watched) -> None:
    parts = list[tuple[str, set[int]]]()
    for view, ids in run.live_ids:
        if not parts or parts[-1][0] != view:
            parts.append((view, set()))
        parts[-1][1].update(ids)
    assert [view for view, _ in parts if view != MOVING] == ["north", "south", "north"]
    assert all(not a & b for n, (_, a) in enumerate(parts) for _, b in parts[n + 1 :])
    assert {t.view for t in run.tracks} == {"north", "south"}, "what passed while it moved is no track"
    for track in run.tracks:
        first, last = ((at - T0) / SECOND for at in (track.started_ns, track.ended_ns))
        assert run.tour.moment(first).preset == track.view and last - first <= 14.5


def test_an_open_event_is_held_while_the_camera_looks_elsewhere(run: Watched) -> None:
    stopped = [e for e in run.events if e.kind is EventKind.STOPPED_VEHICLE]
    assert len({e.event_id for e in stopped}) == 1 and {e.view for e in stopped} == {"north"}
    assert stopped[0].phase is Phase.STARTED and {e.phase for e in stopped[1:]} == {Phase.UPDATED}
    times = [(e.at_ns - T0) / SECOND for e in stopped]
    assert not [t for t in times if 14.5 < t < 33.5], "while it was not seen nothing is said of it"
    assert times[-1] > 40, "and then it goes on"
    intruders = [e for e in run.events if e.kind is EventKind.INTRUSION]
    assert len({e.event_id for e in intruders}) == 1 and {e.view for e in intruders} == {"south"}
    assert Phase.ENDED not in {e.phase for e in run.events}


def test_counts_resume_and_intervals_say_that_they_were_cut(run: Watched) -> None:
    lines = [m for m in run.measurements if m.place == "kerb"]
    by_view = {v: [m for m in lines if m.view == v] for v in ("north", "south")}
    spans = {
        view: sorted({((m.start_ns - T0) / SECOND, (m.end_ns - T0) / SECOND) for m in found})
        for view, found in by_view.items()
    }
    assert [round(t, 1) for t in (spans["north"][0][0], spans["south"][0][1])] == pytest.approx([0.3, 20.0], abs=0.4)
    for view, begins, ends in (("north", 33.5, 47.5), ("south", 15.5, 27.5)):
        mine = [(a, b) for a, b in spans[view] if begins <= a and b <= ends + 0.5]
        assert begins <= mine[0][0] <= begins + 1.0 and mine[-1][1] >= ends - 0.3
        assert all(a[1] == b[0] for a, b in pairwise(mine)), "no gap while it stood"
    for view in spans:
        for start, end in spans[view]:
            middle = run.tour.moment((start + end) / 2)
            assert middle.preset == view, "no interval spans a move"
    # Every car that crossed while the camera stood there for a while, and none else.
    for view, found in by_view.items():
        counted = sum(sum(m.counts.values()) for m in found if m.direction == "forward")
        assert counted == crossings(run.tour, view)
        assert sum(sum(m.counts.values()) for m in found if m.direction == "backward") == 0


def crossings(tour: Tour, view: str) -> int:
    """Cars whose foot passes the middle of the picture while the camera stands at the preset."""
    x = HOMES[view][0]
    mine = [a for a in tour.actors if a.velocity[0] > 0 and abs(a.start[0] + 620 - x) < 1]
    times = [a.start_s + (x - a.start[0]) / a.velocity[0] for a in mine]
    return sum(1 for t in times if tour.moment(t).preset == view and t < tour.seconds)


def test_lanes_and_metres_are_those_of_the_preset(run: Watched) -> None:
    lanes = [m for m in run.measurements if m.place == "lane"]
    assert {m.view for m in lanes} == {"north"}
    speeds = [m.mean_speed_mps for m in lanes if m.mean_speed_mps]
    assert speeds == pytest.approx([240 / 1.5 * 0.05] * len(speeds), rel=0.1) and speeds


def test_each_preset_has_its_reference_picture_and_so_has_what_is_none(run: Watched) -> None:
    assert sorted(run.pictures) == [("cam", ""), ("cam", "north"), ("cam", "south")]


class Asked:
    """A viewpoint by the camera's word alone, in the time of the film: asked over HTTP before a picture is judged."""

    def __init__(self, tour: Tour, file: SceneFile, camera: OnvifCamera) -> None:
        self._tour, self._model, self._now_s, self._due_s = tour, camera.model, 0.0, 0.0
        service = PtzService(OnvifClient(camera.url, Credentials("user", "word")))
        self._watch = PtzWatch(service, file.scene.presets, clock=lambda: self._now_s)
        self._viewpoint = OnvifViewpoint(self._watch)

    def look(self, frame: FrameMeta, surface: Surface) -> Look:
        """The camera tells where it is when it is asked."""
        self._now_s = frame.media_ns / SECOND
        if self._now_s >= self._due_s:
            true = self._tour.moment(self._now_s)
            x, y, zoom = true.window
            self._model.position, self._model.moving = (x / 5000, y / 5000, zoom / 10), true.moving
            self._watch.ask()
            self._due_s = self._now_s + EVERY_S
        return self._viewpoint.look(frame, surface)

    def close(self) -> None:
        """Stop asking."""
        self._viewpoint.close()


def test_a_camera_that_tells_its_preset_needs_no_picture_of_it(tmp_path: Path) -> None:
    """Grey walls: nothing to recognise. Presets by name and by position; counts resume within two seconds."""
    wall: U8 = np.full((1296, 2304, 3), 120, np.uint8)
    tour = Tour(wall, TOUR, actors())
    text = SCENE.replace("    picture: north.png\n", "    token: N\n")
    x, y, zoom = HOMES["south"]
    text = text.replace("    picture: [south.png]\n", f"    position: [{x / 5000}, {y / 5000}, {zoom / 10}]\n")
    (tmp_path / "scene.yaml").write_text(text, encoding="utf-8")
    file, found = load_scene(tmp_path / "scene.yaml"), Watched(tour)
    x, y, zoom = HOMES["north"]
    presets = {"N": ("north", (x / 5000, y / 5000, zoom / 10)), "7": ("elsewhere", None)}
    with OnvifCamera(CameraModel(presets=dict(presets), login=("user", "word"))) as camera:
        plan = CameraPlan(
            TurningSource("cam", tour), file.scene, file.rules, viewpoint=lambda: Asked(tour, file, camera)
        )
        for step in run_through(plan, found):
            found.views += [(frame.media_ns / SECOND, frame.view) for frame in step.frames.frames]
        assert camera.refused == 1
    for t, view in found.views:
        true = tour.moment(t)
        since = t - true.since_s
        if true.moving:
            assert view == MOVING or since <= EVERY_S + 0.1
        elif since >= 2.0:
            assert view == (true.preset or MOVING), (t, view)
        else:
            assert view in (true.preset, MOVING)
    stopped = [e for e in found.events if e.kind is EventKind.STOPPED_VEHICLE]
    assert len({e.event_id for e in stopped}) == 1 and {e.phase for e in stopped} == {Phase.STARTED, Phase.UPDATED}
    begins = {(m.view, (m.start_ns - T0) / SECOND) for m in found.measurements}
    for view, arrives in (("north", 0.0), ("south", 15.5), ("north", 33.5)):
        assert any(v == view and arrives <= start <= arrives + 2.0 for v, start in begins), begins
