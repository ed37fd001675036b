"""Small recordings of traffic."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from core.taxonomy import ObjectClass
from pipeline.sources.traffic.recording import About, CameraAbout, LaneAbout, Recording, read_recording, write_recording

CAMERA = CameraAbout(
    position=(0.0, -40.0), height_m=20.0, heading_deg=0.0, down_deg=25.0, wide_deg=60.0, size=(320, 200)
)
LANE = LaneAbout(id="east", group="east", centreline=((-20.0, 0.0), (20.0, 0.0)), width_m=3.5, stop_line=True)
ABOUT = About(format=1, origin="a test", step_s=0.5, camera=CAMERA, lanes=(LANE,))
CAR = (ObjectClass.CAR, 45, 18, 15)


def parts(steps: int = 21) -> dict[str, Any]:
    """A car that drives east through the middle at 4 m/s, from the first step to the last, and another that stands."""
    time = np.arange(steps) * ABOUT.step_s
    driving = np.column_stack((4.0 * (time - time.mean()), np.zeros(steps), np.zeros(steps)))
    standing = np.column_stack((np.full(steps, -5.0), np.full(steps, 8.0), np.full(steps, np.pi / 2)))
    return {
        "about": ABOUT,
        "users": np.array([[*CAR, 0, steps], [*CAR, 0, steps]]),
        "rows": np.concatenate((driving, standing)),
        "signals": np.ones((steps, 1), np.int8),
    }


def write_two_cars(path: Path, steps: int = 21) -> Path:
    """`parts` in a file."""
    write_recording(path, **parts(steps))
    return path


def two_cars(path: Path, steps: int = 21) -> Recording:
    """`parts`, read back."""
    return read_recording(write_two_cars(path, steps))
