"""Why rules did or did not find something for one track of a recording."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from analytics.engine import RuleEngine
from analytics.stories import Story
from core.events import Event
from core.motion import Motion
from core.scene import Scene
from core.tracks import TrackBatch
from pipeline.replay import Step, steps
from scenes.rules import AnyRuleSpec
from trackers.recorded import LIFE


@dataclass(slots=True)
class Sighting:
    """A life of the track: UTC of its first and last frame, and its class at the last."""

    camera_id: str
    track_id: int
    from_ns: int
    to_ns: int
    class_id: int


@dataclass(frozen=True, slots=True)
class Heard:
    """The first and the last revision of an event, and whether any revision names the track."""

    first: Event
    last: Event
    named: bool


@dataclass(slots=True)
class Explanation:
    """All that rules said of a track.

    Attributes:
        track_id: as in the recording.
        sightings: none where the recording has no such track.
        stories: by camera and rule id.
        events: those that were open while the track was there, by camera and rule id, in the order of their start.
        known: the ids that the recording has.
        start_ns: UTC of the first frame.
    """

    track_id: int
    sightings: list[Sighting] = field(default_factory=list)
    stories: dict[tuple[str, str], Story] = field(default_factory=dict)
    events: dict[tuple[str, str], list[Heard]] = field(default_factory=dict)
    known: set[int] = field(default_factory=set)
    start_ns: int | None = None


def explain(batches: Iterable[TrackBatch], scene: Scene, rules: tuple[AnyRuleSpec, ...], track_id: int) -> Explanation:
    """Replay recorded tracks and listen to what the rules say of one of them, under all the ids that it has.

    Args:
        batches: of one frame each.
        track_id: as in the recording; when it comes back there after it ended, it is asked about again.
    """
    teller = _Teller(track_id)
    for step in steps(batches, scene, rules):
        teller.hear(step)
    return teller.told()


class _Teller:
    def __init__(self, track_id: int) -> None:
        self._found = Explanation(track_id)
        self._lives: dict[tuple[str, int], Sighting] = {}
        self._frame_ns: dict[str, int] = {}
        self._events: dict[str, Heard] = {}

    def hear(self, step: Step) -> None:
        """One frame, or the end."""
        for event in step.findings.events:
            named = any(i % LIFE == self._found.track_id for i in event.track_ids)
            before = self._events.get(event.event_id, Heard(event, event, named=False))
            self._events[event.event_id] = Heard(before.first, event, before.named or named)
        if step.batch is None:
            return
        tracks, motion = step.batch
        frame, found = tracks.frames[0], self._found
        found.start_ns = frame.captured_ns if found.start_ns is None else found.start_ns
        ids = tracks.track_id % LIFE
        found.known.update(ids.tolist())
        for row in np.flatnonzero(ids == found.track_id).tolist():
            self._tell(step.engine, tracks, motion, row)
        self._frame_ns[frame.camera_id] = frame.captured_ns

    def told(self) -> Explanation:
        """All of it, with the events of the time."""
        found = self._found
        found.sightings = list(self._lives.values())
        for heard in self._events.values():
            event = heard.last
            mine = [s for s in found.sightings if s.camera_id == event.camera_id]
            if heard.named or any(s.from_ns <= event.at_ns and heard.first.at_ns <= s.to_ns for s in mine):
                found.events.setdefault((event.camera_id, event.rule_id), []).append(heard)
        return found

    def _tell(self, engine: RuleEngine, tracks: TrackBatch, motion: Motion, row: int) -> None:
        now_ns, camera_id = tracks.frames[0].captured_ns, tracks.frames[0].camera_id
        silent_ns = now_ns - self._frame_ns.get(camera_id, now_ns)
        life = camera_id, int(tracks.track_id[row])
        anew = life not in self._lives
        kind = int(tracks.class_id[row])
        mine = self._lives.setdefault(life, Sighting(*life, now_ns, now_ns, kind))
        mine.to_ns, mine.class_id = now_ns, kind
        for rule_id, said in engine.explain(tracks, motion, row).items():
            story = self._found.stories.setdefault((camera_id, rule_id), Story())
            if anew:
                story.part()
            story.add(said, now_ns, silent_ns)
