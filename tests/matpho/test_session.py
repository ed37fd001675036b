"""A run that cannot begin says why, and lets go of what it had opened."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from core.errors import ConfigError
from matpho.plan import Plan
from matpho.session import Session, keep_for_good
from pipeline.cameras import CameraPlan
from pipeline.second_look.alerts import SecondLook
from pipeline.sources.synthetic import Script, SyntheticSource
from scenes.model_specs import ModelSpec
from scenes.scene_file import empty_scene
from sinks.memory import MemorySink
from store.event_store import EventStore


def refused() -> SecondLook:
    raise ConfigError("error-secret-unset", name="TOKEN")


def plan(folder: Path) -> Plan:
    camera = CameraPlan(SyntheticSource("gate", Script(frames=4)), empty_scene("gate", 320, 240))
    return Plan(ModelSpec(), (camera,), store=folder / "events.db", evidence=None, second_look=refused)


def test_a_run_s_own_things_are_passed_over_by_the_collector_of_garbage() -> None:
    own = [[number] for number in range(1_000)]
    try:
        keep_for_good()
        assert not any(one is mine for one in gc.get_objects() for mine in own[:1])
        assert gc.get_freeze_count() > len(own)
    finally:
        gc.unfreeze()


def test_what_cannot_be_opened_is_told_and_the_rest_closed(tmp_path: Path) -> None:
    sink = MemorySink("there")
    with pytest.raises(ConfigError, match="TOKEN"), Session(plan(tmp_path), extra_sinks=[sink]):
        pass
    with pytest.raises(ConfigError, match="TOKEN"), Session(plan(tmp_path)):
        pass  # and not that the outbox is taken
    store = EventStore.open(tmp_path / "events.db")
    assert store.runs.last() is None
    store.close()


def test_a_plan_without_cameras_is_refused() -> None:
    with pytest.raises(ConfigError, match="camera"):
        Session(Plan(ModelSpec(), ()))
