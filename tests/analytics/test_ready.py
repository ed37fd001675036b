"""All inner loops of rules are ready before the first frame."""

from __future__ import annotations

import importlib
import pkgutil

import analytics.kernels
from analytics.engine import RuleEngine
from analytics.ready import compile_rules
from tests.contracts.test_rule import SPECS, a_scene, busy


def variants() -> dict[str, int]:
    """Of each compiled function, for how many combinations of types it is compiled."""
    found = {}
    for module in pkgutil.iter_modules(analytics.kernels.__path__):
        for name, item in vars(importlib.import_module(f"analytics.kernels.{module.name}")).items():
            if hasattr(item, "nopython_signatures"):
                found[f"{module.name}.{name}"] = len(item.nopython_signatures)
    return found


def test_no_rule_compiles_anything_at_its_first_frames() -> None:
    compile_rules()
    before = variants()
    for metres_per_pixel in (None, 0.05):
        scene, engine = a_scene(metres_per_pixel), RuleEngine()
        engine.add_camera("cam", scene, SPECS)
        shots = busy(scene, 12)
        for shot in shots:
            engine.update(shot.tracks, shot.motion)
        engine.close(shots[-1].tracks.frames[0].captured_ns)
        assert not engine.failed
    assert variants() == before
