"""The shipped junction, from its recording to events and measurements: its congestion builds up, and clears."""

from __future__ import annotations

from core.detections import DetectionBatch
from core.events import Event, EventKind, Measurement, Phase, Record
from core.frames import FrameBatch, InputSpec
from core.protocols import Ticket
from matpho.defaults import JUNCTION, JUNCTION_SCENE
from matpho.planning import camera_plan
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


def test_the_junction_jams_and_clears_with_events_and_measurements_that_show_it() -> None:
    file, records = load_scene(JUNCTION_SCENE), list[Record]()
    assert file.warnings == ()
    source = TrafficSource(JUNCTION, play=Play(fps=5, start_ns=0))
    watched = Pipeline(Unasked(), OnlineTracker(), [camera_plan(source, file)], publish=records.extend)
    assert sum(len(step.frames) for step in watched.steps()) == 2200
    assert watched.lost_frames == 0

    events = [record for record in records if isinstance(record, Event)]
    began = {event.event_id: event for event in events if event.phase is Phase.STARTED}
    ended = {event.event_id: event for event in events if event.phase is Phase.ENDED}
    kinds = {event.kind for event in began.values()}
    assert kinds == {EventKind.CONGESTION, EventKind.QUEUE, EventKind.SPILLBACK}
    assert set(began) == set(ended), "all of it clears before the end"
    (jam,) = [event for event in ended.values() if event.kind is EventKind.CONGESTION]
    assert jam.zone == "n_in"
    assert 60 * SECOND < jam.started_ns < 180 * SECOND < 300 * SECOND < jam.at_ns < 435 * SECOND

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
