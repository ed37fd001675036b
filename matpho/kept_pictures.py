"""Pictures of a run: those of events on disk, and a first one of each camera for the pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import structlog

from core.arrays import U8
from core.findings import EvidenceRequest
from core.scene import Scene
from evidence.pictures import PictureWriter, write_reference
from matpho.scene_record import scene_record
from scenes.rules import AnyRuleSpec
from store.event_store import EventStore

log = structlog.get_logger()


class KeptPictures:
    """Keeps pictures in a folder, and in the store which picture a camera's scene is drawn over.

    Args:
        scenes, rules: of the cameras.
        store: None keeps files alone.
        stack: what waits is written when it is closed.
    """

    def __init__(
        self,
        folder: Path,
        scenes: Mapping[str, Scene],
        rules: Mapping[str, Sequence[AnyRuleSpec]],
        store: EventStore | None,
        stack: ExitStack,
    ) -> None:
        self._folder, self._scenes, self._rules, self._store = folder, scenes, rules, store
        self._writer = PictureWriter(folder)
        stack.callback(self._writer.close)
        self._first: dict[str, dict[str, str]] = {}

    def offer(self, request: EvidenceRequest, picture: Callable[[], U8], scene: Scene | None) -> bool:
        """See `pipeline.hand_on.Evidence`."""
        return self._writer.offer(request, picture, scene)

    def reference(self, camera_id: str, view: str, picture: U8) -> None:
        """See `pipeline.hand_on.Evidence`."""
        first = self._first.setdefault(camera_id, {})
        try:
            first[view] = write_reference(self._folder, camera_id, picture, view)
        except OSError as error:
            log.exception("reference_picture_lost", camera=camera_id, error=str(error))
        if self._store is not None:
            self._store.scenes.put(scene_record(camera_id, self._scenes[camera_id], self._rules[camera_id], first))
