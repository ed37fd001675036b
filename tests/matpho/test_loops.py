"""All inner loops are compiled before the first frame."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import sys
import structlog
from numba.core.dispatcher import Dispatcher
structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
import matpho
from matpho.defaults import CLIP
from matpho.loops import compile_loops, loops_ready
def loops():
    modules = [m for name, m in sys.modules.items() if name.startswith(("analytics.", "models.", "trackers."))]
    found = [(name, item) for m in modules for name, item in vars(m).items() if isinstance(item, Dispatcher)]
    return {(name, str(signature)) for name, loop in found for signature in loop.signatures}
compile_loops()
assert loops_ready()
before = loops()
assert len(before) > 20
frames = 0
for step in matpho.run(CLIP, scene=sys.argv[1]):
    frames += len(step.frames)
    if frames >= 40:
        break
print("NEW", sorted(loops() - before))
"""


@pytest.mark.slow
def test_a_run_on_the_shipped_clip_compiles_nothing_more(tmp_path: Path) -> None:
    """With things watched for, too."""
    root, scene = Path(__file__).resolve().parents[2], tmp_path / "scene.yaml"
    rules = "rules:\n  - kind: incident.debris\n    zone: access-road\n"
    shipped = (root / "matpho/demo/plaza.yaml").read_text(encoding="utf-8")
    scene.write_text(shipped.replace("rules:\n", rules, 1), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(scene)], cwd=root, capture_output=True, text=True, timeout=250, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith("NEW []"), done.stdout
