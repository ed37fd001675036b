"""A small scripted scene for each kind, and what the real rule makes of it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from analytics.table import build_rules
from core.events import Event, EventKind, Phase
from core.explanation import Reasons
from core.findings import Findings
from core.observations import Background, Blob, ModelLook, Observations, PictureHealth, SignalReadings
from core.scene import Scene
from core.sentences import sentence
from models.observers.health import EVERY_NS
from scenes.rules import AnyRuleSpec
from scenes.scene_file import load_scene
from tests.support.tracks import SECOND, T0, Actor, Shot, film

LOOK_S: Final = EVERY_NS / SECOND
"""From one look of the observers to the next."""


@dataclass(frozen=True)
class Example:
    """A scene, who moves in it, and for how long it is watched.

    Attributes:
        scene: a scene file with one rule of the kind.
        actors: whose ways are in reference pixels; the event is that of the first.
        seconds, fps: of the film.
        silent_s: after the film for so long no frame comes, and only the clock goes on.
        clock_h: hours after 15:00 in Hanoi at which the film begins.
        health: what an observer tells of the picture at a second of the film, its stream having begun at another one;
            None: nobody looks.
        signals: what an observer tells of the signals at a second of the film; None: there are none.
        clock_ahead_s: how far the camera's clock is ahead at a second of the film; None: it tells none.
        blobs: what an observer tells of things that lie about, at a second of the film; None: nobody looks.
        wrong_s: second of the film from which the camera is, or shows, what the kind says.
        look: what a second model sees at a second of the film, each second; None: none looks.
    """

    scene: str
    actors: Sequence[Actor]
    seconds: float
    fps: float = 5.0
    silent_s: float = 0.0
    clock_h: float = 0.0
    health: Callable[[float, float], PictureHealth] | None = None
    signals: Callable[[float], SignalReadings] | None = None
    clock_ahead_s: Callable[[float], float] | None = None
    wrong_s: float | None = None
    blobs: Callable[[float], Sequence[Blob]] | None = None
    look: Callable[[float], ModelLook] | None = None

    @property
    def placeless(self) -> bool:
        """Nothing in it has a place: it is a story of time alone."""
        return not self.actors and self.look is None


@dataclass(frozen=True)
class Played:
    """What came of an example.

    Attributes:
        event: its first revision, under an id that is the same at each run.
        at_s: of the film, when it was raised.
        before: what the rule said of the event's first track one frame earlier; empty without a track.
    """

    example: Example
    scene: Scene
    spec: AnyRuleSpec
    shots: list[Shot]
    event: Event
    at_s: float
    before: Reasons

    def said(self, language: str) -> str:
        """The event as an operator reads it."""
        where = place_name(self.scene, self.event.zone, language)
        return sentence(self.event, where, "vi" if language == "vi" else "en")


def play(kind: EventKind, example: Example) -> Played:
    """Watch an example until its event starts.

    Raises:
        ValueError: the rule raises no event of the kind, or more than one.
    """
    scene, spec = load(example.scene)
    rule = build_rules([spec], scene, "cam-1", {})[spec.rule_id]
    shots = shots_of(example, scene)
    started: list[tuple[Event, float, Reasons]] = []
    before: dict[int, Reasons] = {}
    for number, shot in enumerate(shots):
        found = _started(kind, rule.update(shot.view))
        started += [(event, number / example.fps, _of_first(event, before)) for event in found]
        rows = enumerate(shot.view.track_id.tolist())
        before = {track: rule.explain(shot.view, row)[spec.rule_id] for row, track in rows}
    for second in range(round(example.silent_s)):
        at_s = example.seconds + second
        found = _started(kind, rule.tick(T0 + offset_ns(example) + round(at_s * SECOND)))
        started += [(event, at_s, ()) for event in found]
    if len(started) != 1:
        raise ValueError(f"the example of {kind} raises {len(started)} events")
    event, at_s, reasons = started[0]
    return Played(example, scene, spec, shots, _renamed(event), at_s, reasons)


def shots_of(
    example: Example, scene: Scene, start_s: float = 0.0, end_s: float | None = None, epoch: int = 0
) -> list[Shot]:
    """A stretch of the film, all of it unless told otherwise; in another epoch all tracks have other numbers."""
    shots = film(
        [replace(actor, track_id=actor.track_id + 100 * epoch) for actor in example.actors],
        (example.seconds if end_s is None else end_s) - start_s,
        scene=scene,
        fps=example.fps,
        start_s=start_s,
        epoch=epoch,
        camera_id="cam-1",
        wall_offset_ns=offset_ns(example),
    )
    look_s = LOOK_S if example.blobs is None and example.look is None else 1.0
    every = max(round(look_s * example.fps), 1)
    return [_observed(example, shot, start_s, looked=number % every == 0) for number, shot in enumerate(shots)]


def _observed(example: Example, shot: Shot, start_s: float, *, looked: bool) -> Shot:
    """The shot, with what its camera and its observers tell beside tracks."""
    frame = shot.tracks.frames[0]
    second = frame.media_ns / SECOND
    if example.health is not None and looked:
        shot = replace(shot, observations=Observations(example.health(second, start_s)))
    if example.signals is not None:
        shot = replace(shot, observations=replace(shot.observations, signals=example.signals(second)))
    if example.blobs is not None and looked:
        background = Background(True, tuple(example.blobs(second)))
        shot = replace(shot, observations=replace(shot.observations, background=background))
    if example.look is not None and looked:
        shot = replace(shot, observations=replace(shot.observations, looks=(example.look(second),)))
    if example.clock_ahead_s is not None:
        frame = replace(frame, clock_ahead_ns=round(example.clock_ahead_s(second) * SECOND))
        shot = replace(shot, tracks=replace(shot.tracks, frames=(frame,)))
    return shot


def offset_ns(example: Example) -> int:
    """From 15:00 in Hanoi to when the film begins."""
    return round(example.clock_h * 3_600 * SECOND)


def place_name(scene: Scene, place: str, language: str) -> str:
    """What operators call a place of a scene; empty where it has no name."""
    label = scene.label(place)
    if label is None:
        return ""
    return label.vi if language == "vi" else label.en


def load(text: str) -> tuple[Scene, AnyRuleSpec]:
    """A scene file's scene and its one rule."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scene.yaml"
        path.write_text(text, encoding="utf-8")
        file = load_scene(path)
    (spec,) = file.rules
    return file.scene, spec


def _started(kind: EventKind, found: Findings) -> list[Event]:
    return [event for event in found.events if event.kind is kind and event.phase is Phase.STARTED]


def _of_first(event: Event, before: dict[int, Reasons]) -> Reasons:
    return before.get(event.track_ids[0], ()) if event.track_ids else ()


def _renamed(event: Event) -> Event:
    event_id = "5c0b4c1f2f6e4e0f9d5a1b7c3e8d2a64"
    pictures = tuple(replace(p, path=p.path.replace(event.event_id, event_id)) for p in event.pictures)
    return replace(event, event_id=event_id, pictures=pictures)
