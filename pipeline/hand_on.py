"""What becomes of what was found: records are published, pictures kept, alerts looked at a second time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Protocol

from core.arrays import U8
from core.findings import EvidenceRequest, Findings
from core.frames import MOVING, FrameBatch
from core.records import Record
from core.scene import Scene
from pipeline.frame_tracks import frame_tracks
from pipeline.placing import placed_picture
from pipeline.second_look.alerts import Alerts
from pipeline.second_look.crops import crop_of
from pipeline.step import StepResult


class Evidence(Protocol):
    """Keeps pictures; never blocks and never raises for a full disk."""

    def offer(self, request: EvidenceRequest, picture: Callable[[], U8], scene: Scene | None) -> bool:
        """Ask for a picture of an event; `picture` gives (height, width, 3) BGR, at once. False: dropped."""
        ...

    def reference(self, camera_id: str, view: str, picture: U8) -> None:
        """Keep a camera's first picture, of a turning camera the first in each view."""
        ...


class HandOn:
    """Takes findings to who wants them.

    Args:
        scenes: of the cameras, as they are watched now.
        publish: takes records away; must not block.
        evidence: keeps pictures, None to keep none.
        alerts: what `publish` belongs to, where events get a second look: it is asked before they are published.
        tell_frames: publish the tracks of each frame too.
    """

    def __init__(
        self,
        scenes: Mapping[str, Scene],
        publish: Callable[[Sequence[Record]], None],
        *,
        evidence: Evidence | None = None,
        alerts: Alerts | None = None,
        tell_frames: bool = False,
    ) -> None:
        self._scenes, self.publish = scenes, publish
        self._evidence, self._alerts, self._tell_frames = evidence, alerts, tell_frames
        self._pictured: set[tuple[str, str]] = set()

    def result(self, result: StepResult) -> None:
        """All that a batch has shown; its pixels are still there."""
        self.findings(result.findings, result.frames)
        if self._tell_frames:
            self.publish(frame_tracks(result.tracks, result.motion, self._scenes))

    def findings(self, findings: Findings, batch: FrameBatch | None = None) -> None:
        """What rules found in a batch, or without one."""
        surfaces = {} if batch is None else dict(zip(batch.frames, batch.surfaces, strict=True))
        if self._alerts is not None:
            for request in findings.evidence:
                surface, scene = surfaces.get(request.frame), self._scene(request)
                seen = None if surface is None or scene is None else partial(crop_of, request, surface, scene)
                self._alerts.ask(request.event, seen)
        if findings.records:
            self.publish(findings.records)
        if self._evidence is None:
            return
        for request in findings.evidence:
            surface = surfaces.get(request.frame)
            if surface is not None:
                picture = partial(placed_picture, request.frame, surface)
                self._evidence.offer(request, picture, self._scene(request))

    def references(self, batch: FrameBatch) -> None:
        """Keep the first picture of each camera and view."""
        if self._evidence is None:
            return
        for frame, surface in zip(batch.frames, batch.surfaces, strict=True):
            key = frame.camera_id, "" if frame.view == MOVING else frame.view
            if key not in self._pictured:
                self._pictured.add(key)
                self._evidence.reference(*key, surface.to_host())

    def forget(self, camera_id: str) -> None:
        """Free what is kept of a camera that is gone."""
        self._pictured = {key for key in self._pictured if key[0] != camera_id}

    def _scene(self, request: EvidenceRequest) -> Scene | None:
        """What the camera sees in the view of the request's frame."""
        scene = self._scenes.get(request.frame.camera_id)
        return scene and scene.at(request.frame.view)
