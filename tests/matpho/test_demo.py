"""The shipped junction, from its recording to events and measurements: its incidents, its congestion that clears."""

from __future__ import annotations

from collections import Counter

from core.detections import DetectionBatch
from core.events import Event, EventKind, Phase
from core.frames import FrameBatch, InputSpec
from core.incidents import Incident
from core.protocols import Ticket
from core.records import Measurement, Record
from incidents.linker import Linker
from incidents.sites import Site
from matpho.camera_plan import camera_plan
from matpho.defaults import JUNCTION, JUNCTION_SCENE
from pipeline.runner import Pipeline
from pipeline.sources.traffic.source import Play, TrafficSource
from scenes.scene_file import load_scene
from trackers.online import OnlineTracker

SECOND = 1_000_000_000


class Unasked:
    """A detector that nobody may need."""

    input_spec = InputSpec(32, 32)
    batch_size = 8

    def submit(self, frames: FrameBatch) -> Ticket:
        raise AssertionError("the junction's road users are known")

    def detect(self, frames: FrameBatch) -> DetectionBatch:
        raise AssertionError("the junction's road users are known")


INCIDENTS = {
    EventKind.STOPPED_VEHICLE: (60.0, 10.0),
    EventKind.WRONG_WAY: (153.0, 2.0),
    EventKind.PEDESTRIAN: (217.0, 1.0),
}
"""When each truly begins, in seconds of the recording (`tools/demo_traffic.py`), and how long its rule waits."""


def test_the_junction_jams_and_clears_with_events_and_measurements_that_show_it() -> None:
    file, records = load_scene(JUNCTION_SCENE), list[Record]()
    assert file.warnings == ()
    source = TrafficSource(JUNCTION, play=Play(fps=5, start_ns=0))
    camera = camera_plan(source, file)
    tracker = OnlineTracker(scenes={camera.camera_id: camera.scene})
    watched = Pipeline(Unasked(), tracker, [camera], publish=records.extend)
    assert sum(len(step.frames) for step in watched.steps()) == 2200
    assert watched.lost_frames == 0

    events = [record for record in records if isinstance(record, Event)]
    began = {event.event_id: event for event in events if event.phase is Phase.STARTED}
    ended = {event.event_id: event for event in events if event.phase is Phase.ENDED}
    kinds = Counter(event.kind for event in began.values())
    assert kinds.keys() == {EventKind.CONGESTION, EventKind.QUEUE, EventKind.SPILLBACK, *INCIDENTS}
    assert all(kinds[kind] == 1 for kind in INCIDENTS), "each once, and none that did not happen"
    assert set(began) == set(ended), "all of it clears before the end"
    (jam,) = [event for event in ended.values() if event.kind is EventKind.CONGESTION]
    assert jam.zone == "n_in"
    assert 180 * SECOND < jam.started_ns < 300 * SECOND < jam.at_ns < 435 * SECOND

    for kind, (start_s, wait_s) in INCIDENTS.items():
        (incident,) = [event for event in began.values() if event.kind is kind]
        assert start_s - 1 < incident.started_ns / SECOND < start_s + 3
        assert incident.at_ns / SECOND < start_s + wait_s + 3
    (stopped,) = [event for event in ended.values() if event.kind is EventKind.STOPPED_VEHICLE]
    behind = [event for event in began.values() if event.zone in ("e_in", "petrol_station")]
    assert any(stopped.started_ns < event.started_ns < stopped.at_ns for event in behind), "a queue behind it"

    linker, rows = Linker({camera.camera_id: Site.of(camera.camera_id, camera.scene)}), dict[str, Incident]()
    for event in events:
        rows |= {incident.incident_id: incident for incident in linker.add(event)}
    stories = {row.kind: row for row in rows.values() if row.kind in INCIDENTS and not row.merged_into}
    assert stories.keys() == INCIDENTS.keys(), "one row each"
    places = {member.zone for member in stories[EventKind.STOPPED_VEHICLE].members}
    assert places == {"", "e_in", "petrol_station"}, "not what comes from the other streets"

    lanes = [
        record
        for record in records
        if isinstance(record, Measurement) and record.place.startswith("n_in_") and record.queue_m is not None
    ]
    queue = {lane.start_ns // (60 * SECOND): 0.0 for lane in lanes}
    for lane in lanes:
        queue[lane.start_ns // (60 * SECOND)] = max(queue[lane.start_ns // (60 * SECOND)], lane.queue_m or 0.0)
    assert queue[0] < 45 < queue[4] > 2 * queue[6], "metres, by minute"
    assert {lane.level_of_service for lane in lanes} >= {"A", "F"}
    turns = [record for record in records if isinstance(record, Measurement) and record.place == "n_in_line"]
    straight = sum(sum(turn.counts.values()) for turn in turns if turn.direction == "s_out_line")
    assert straight > 100
    assert sum(sum(turn.counts.values()) for turn in turns if turn.direction == "n_out_line") == 0, "nobody turns back"
