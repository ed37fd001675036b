"""All inner loops are compiled before the first frame."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
from pathlib import Path
import sys
import structlog
structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
from matpho.loops import compile_loops, loops_ready
folder = Path(sys.argv[1])
def files():
    return sorted(p.name for p in folder.rglob("*.nbc"))
if not loops_ready():
    compile_loops()
assert loops_ready()
before = files()
import matpho
from matpho.defaults import CLIP
frames = 0
for step in matpho.run(CLIP, scene=CLIP.with_suffix(".yaml")):
    frames += len(step.frames)
    if frames >= 40:
        break
new = sorted(set(files()) - set(before))
print("NEW", new)
"""


@pytest.mark.slow
def test_a_run_on_the_shipped_clip_compiles_nothing_more(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path)],
        cwd=root,
        env={"NUMBA_CACHE_DIR": str(tmp_path), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=250,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith("NEW []"), done.stdout
