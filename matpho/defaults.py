"""Where things go unless said otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Final

DATA: Final = Path("matpho-data")
"""Folder of events and pictures."""
STORE: Final = DATA / "events.db"
EVIDENCE: Final = DATA / "evidence"
PORT: Final = 8765
"""Of the live page."""
MODEL: Final = "nanodet_g_416"
"""The shipped detector."""
CLIP: Final = Path(__file__).parent / "demo" / "plaza.mp4"
SCENE: Final = CLIP.with_suffix(".yaml")
"""The shipped clip and its scene."""
JUNCTION: Final = CLIP.with_name("junction.traffic")
JUNCTION_SCENE: Final = JUNCTION.with_suffix(".yaml")
"""The shipped simulated junction and its scene."""
