"""All rules of all cameras."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import methodcaller
from typing import Final

import structlog

from analytics.camera_down import CameraDownRule
from analytics.clock import SECOND_NS
from analytics.episodes import NOTHING
from analytics.ready import compile_rules
from analytics.table import MEASURES, build_rules
from analytics.track_log import TrackLogRule
from core.events import EndReason, Event, Phase
from core.explanation import Reasons
from core.findings import Findings, StepView
from core.frames import FrameMeta
from core.motion import Motion
from core.mutes import Mutes
from core.observations import NOTHING_SEEN, Observations
from core.protocols import Rule
from core.scene import Scene
from core.tracks import TrackBatch
from scenes.camera_rules import CAMERA_SPECS
from scenes.picture_rules import SIGHTING_SPECS
from scenes.rule_parts import known_places
from scenes.rules import AnyRuleSpec, CameraDownSpec

log = structlog.get_logger()
TRACK_LOG = "track_log"
"""Rule id of the track summaries, which every camera has."""


WHOLE: Final = "*"
"""The view of rules that look at the whole camera, wherever it looks."""
HOME: Final = ""
"""The view of all other rules of a fixed camera, while it looks where its scene was drawn."""
OF_CAMERA: Final = (CameraDownSpec, *CAMERA_SPECS)


@dataclass(slots=True)
class _Camera:
    """A camera's rules by view, then by id. Those of a view hear frames of that view alone, and else only the clock."""

    scene: Scene
    rules: Mapping[str, dict[str, Rule]]
    live: bool
    view: str = HOME
    told_ns: int = 0
    """When rules of the other views last heard the clock of a file."""
    open_events: dict[str, Event] = field(default_factory=dict)
    orphans: tuple[Event, ...] = ()
    """Open events whose rule the scene no longer has: they end at the next call."""

    def note(self, event: Event) -> None:
        """Keep the last revision of each open event."""
        if event.phase is Phase.ENDED:
            self.open_events.pop(event.event_id, None)
        else:
            self.open_events[event.event_id] = event

    def seeing(self, view: str) -> list[str]:
        """The views whose rules are shown frames of a view."""
        return [name for name in self.rules if name in (WHOLE, view)]


class RuleEngine:
    """Runs the rules of each camera. One that raises is disabled for that camera, logged and counted; others go on.

    Args:
        mutes: what people want to hear nothing of; asked at each frame and tick.

    Attributes:
        failed: how often a rule failed, by (camera_id, rule_id); it is disabled from then on.
        unknown_frames: frames of cameras that were never added or are removed, by camera; they are ignored.
    """

    def __init__(self, mutes: Mutes | None = None) -> None:
        compile_rules()
        self._mutes = Mutes() if mutes is None else mutes
        self._cameras: dict[str, _Camera] = {}
        self.failed: Counter[tuple[str, str]] = Counter()
        self.unknown_frames: Counter[str] = Counter()

    def add_camera(
        self,
        camera_id: str,
        scene: Scene,
        specs: Sequence[AnyRuleSpec],
        open_events: Sequence[Event] = (),
        *,
        live: bool = True,
    ) -> None:
        """Watch a camera.

        Args:
            camera_id: not yet watched.
            scene: has the zones and lines that `specs` name. Of a turning camera some preset has them, and a rule works
                in each that has all of its places.
            specs: the rules, each with a `rule_id` of its own; measurements run, and fail, as one rule, `MEASURES`.
                `camera.down` only when it stands among them.
            open_events: the last revisions of the camera's events that were open when the process ended.
            live: false for a file: its own frames are its clock, ticks are not passed on, and no `camera.down` is kept.

        Raises:
            ValueError: the camera is watched already, or two rules have one id.
            KeyError: the scene has no such zone, line or lane.
        """
        if camera_id in self._cameras:
            raise ValueError(f"camera {camera_id} is watched already")
        specs = [spec for spec in specs if live or not isinstance(spec, CameraDownSpec)]
        ids = [TRACK_LOG, MEASURES]
        for spec in specs:
            if spec.rule_id in ids:
                raise ValueError(f"camera {camera_id}: two rules have the id {spec.rule_id}")
            ids.append(spec.rule_id)
        views, rules = list(scene.presets) or [HOME], dict[str, dict[str, Rule]]()
        taken: set[str] = set()
        for view in dict.fromkeys((WHOLE, *views)):
            mine, told = [s for s in specs if view in _views_of(s, scene)], HOME if view == WHOLE else view
            kept = {
                s.rule_id: [e for e in open_events if (e.rule_id, e.kind.value, e.view) == (s.rule_id, s.kind, told)]
                for s in mine
            }
            rules[view] = {TRACK_LOG: TrackLogRule(camera_id)} if view in views else {}
            rules[view] |= build_rules(mine, scene.at(view), camera_id, kept)
            for rule in rules[view].values():
                rule.mute(self._mutes)
            taken.update(e.event_id for events in kept.values() for e in events)
        camera = _Camera(scene, rules, live)
        camera.open_events = {e.event_id: e for e in open_events}
        camera.orphans = tuple(e for e in open_events if e.event_id not in taken)
        self._cameras[camera_id] = camera

    def remove_camera(self, camera_id: str, now_ns: int) -> Findings:
        """Stop watching a camera for good: its state is freed and its open events end. An unknown one is ignored."""
        camera = self._cameras.get(camera_id)
        if camera is None:
            return NOTHING
        findings = self._each(camera_id, camera, camera.rules, lambda rule: rule.close(now_ns))
        ended = tuple(_ended(e, now_ns, EndReason.CAMERA_REMOVED) for e in camera.open_events.values())
        del self._cameras[camera_id]
        self._mutes.forget(camera_id)
        for key in [key for key in self.failed if key[0] == camera_id]:
            del self.failed[key]
        self.unknown_frames.pop(camera_id, None)
        return findings + Findings(events=ended)

    def update(self, tracks: TrackBatch, motion: Motion, observations: Sequence[Observations] = ()) -> Findings:
        """What the frames of a batch show, in their order.

        Args:
            motion: row by row with `tracks`.
            observations: one for each frame; empty: nobody observes.
        """
        findings = NOTHING
        for number, frame in enumerate(tracks.frames):
            camera = self._cameras.get(frame.camera_id)
            if camera is None:
                self.unknown_frames[frame.camera_id] += 1
                continue
            self._mutes.hear(frame)
            findings += self._end_orphans(camera, frame.captured_ns)
            if frame.view != camera.view or camera.scene.presets:
                findings += self._turn(camera, frame)
            seen = observations[number] if observations else NOTHING_SEEN
            view = StepView.of(tracks, motion, number, camera.scene.at(frame.view), seen)
            findings += self._each(frame.camera_id, camera, camera.seeing(frame.view), methodcaller("update", view))
        return findings

    def explain(self, tracks: TrackBatch, motion: Motion, row: int) -> dict[str, Reasons]:
        """What each rule of a camera knows of the track in a row, after a batch of one frame; by rule id of the scene.

        Changes nothing. A rule that failed says nothing.
        """
        frame = tracks.frames[0]
        camera = self._cameras[frame.camera_id]
        view = StepView.of(tracks, motion, 0, camera.scene.at(frame.view))
        asked = [rule for name in camera.seeing(frame.view) for rule in camera.rules[name].values()]
        return {rule_id: said for rule in asked for rule_id, said in rule.explain(view, row).items()}

    def tick(self, now_ns: int) -> Findings:
        """The clock, UTC; to be called about once a second, also when frames come."""
        findings = NOTHING
        for camera_id, camera in self._cameras.items():
            if camera.live:
                findings += self._end_orphans(camera, now_ns)
                findings += self._each(camera_id, camera, camera.rules, lambda rule: rule.tick(now_ns))
        return findings

    def close(self, now_ns: int) -> Findings:
        """Watching ends, for a restart perhaps: last intervals and live tracks. Open events stay open."""
        findings = NOTHING
        for camera_id, camera in self._cameras.items():
            findings += self._each(camera_id, camera, camera.rules, lambda rule: rule.close(now_ns))
            self._mutes.forget(camera_id)
        self._cameras.clear()
        return findings

    def source_said(self, camera_id: str, reason: str, code: str = "") -> None:
        """Why a camera sends nothing, in its source's words and for machines; a `camera.down` event repeats it."""
        camera = self._cameras.get(camera_id)
        for rule in camera.rules[WHOLE].values() if camera else ():
            if isinstance(rule, CameraDownRule):
                rule.reason, rule.code = reason, code

    def faults(self, camera_id: str) -> tuple[str, ...]:
        """Kinds of the open events about the camera itself, in order; none of an unknown camera."""
        camera = self._cameras.get(camera_id)
        kinds = {event.kind.value for event in camera.open_events.values()} if camera else ()
        return tuple(sorted(kind for kind in kinds if kind.startswith("camera.")))

    def _turn(self, camera: _Camera, frame: FrameMeta) -> Findings:
        """A frame of a camera that turns, or was turned: what it left is closed; the others hear a file's clock."""
        findings, now_ns, left = NOTHING, frame.captured_ns, camera.view
        if frame.view != left:
            camera.view = frame.view
            findings += self._each(frame.camera_id, camera, [left], lambda rule: rule.close(now_ns))
        if not camera.live and abs(now_ns - camera.told_ns) >= SECOND_NS:
            camera.told_ns = now_ns
            others = [name for name in camera.rules if name not in (WHOLE, frame.view)]
            findings += self._each(frame.camera_id, camera, others, lambda rule: rule.tick(now_ns))
        return findings

    def _each(self, camera_id: str, camera: _Camera, views: Iterable[str], ask: Callable[[Rule], Findings]) -> Findings:
        """What all rules of these views answer."""
        findings = NOTHING
        for view in views:
            for rule_id, rule in list(camera.rules.get(view, {}).items()):
                try:
                    found = ask(rule)
                except Exception:
                    log.exception("rule_failed", camera_id=camera_id, rule_id=rule_id, view=view)
                    self.failed[camera_id, rule_id] += 1
                    del camera.rules[view][rule_id]
                    continue
                if found is NOTHING or not found:
                    continue
                if view != WHOLE and (view != HOME or camera.view != HOME):
                    found = _seen_from(view, found, away=view != camera.view)
                findings += found
                for event in found.events:
                    camera.note(event)
        return findings

    @staticmethod
    def _end_orphans(camera: _Camera, now_ns: int) -> Findings:
        if not camera.orphans:
            return NOTHING
        ended = tuple(_ended(e, now_ns, EndReason.RULE_REMOVED) for e in camera.orphans)
        camera.orphans = ()
        for event in ended:
            camera.note(event)
        return Findings(events=ended)


def _views_of(spec: AnyRuleSpec, scene: Scene) -> list[str]:
    """The views in which a rule works: the presets that have its places."""
    if isinstance(spec, OF_CAMERA) or (isinstance(spec, SIGHTING_SPECS) and not spec.place):
        return [WHOLE]
    if not scene.presets:
        return [HOME]
    return [name for name, preset in scene.presets.items() if spec.works_in(known_places(preset.scene))]


def _seen_from(view: str, found: Findings, *, away: bool) -> Findings:
    """Findings of a preset's rules bear its name; events given up while the camera looks elsewhere (`away`) say so."""

    def told(event: Event) -> Event:
        lost = away and event.end_reason is EndReason.CAMERA_LOST
        return replace(event, view=view, end_reason=EndReason.LOOKED_AWAY if lost else event.end_reason)

    return Findings(
        tuple(map(told, found.events)),
        tuple(replace(m, view=view) for m in found.measurements),
        tuple(replace(t, view=view) for t in found.tracks),
        tuple(replace(r, event=told(r.event)) for r in found.evidence),
    )


def _ended(event: Event, now_ns: int, reason: EndReason) -> Event:
    at_ns = max(event.at_ns, now_ns)
    return replace(event, revision=event.revision + 1, phase=Phase.ENDED, at_ns=at_ns, end_reason=reason)
