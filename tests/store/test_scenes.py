"""Scenes are found by camera, as they were put last."""

from __future__ import annotations

from store.event_store import EventStore
from store.records import SceneRecord
from tests.support.records import an_event


def test_scenes_are_replaced_and_cameras_listed(store: EventStore) -> None:
    old = SceneRecord("cam-2", "plaza", 1, (768, 576), {"zones": [{"id": "a", "label": "vỉa hè"}], "lines": []})
    new = SceneRecord("cam-2", "plaza", 2, (768, 576), {"zones": []}, "scenes/cam-2.jpg")
    assert store.scenes.of("cam-2") is None
    store.scenes.put(old)
    assert store.scenes.of("cam-2") == old
    store.scenes.put(new)
    assert store.scenes.of("cam-2") == new
    store.append([an_event(1)])
    assert store.cameras() == ["cam-1", "cam-2"]
