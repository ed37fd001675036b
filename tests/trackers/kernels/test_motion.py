"""The filter against the textbook's, with matrices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.trackers.kernels.records import PARAMS, RECORD, tracks_at
from trackers.kernels.covering import cover
from trackers.kernels.motion import correct, predict, start

NO_GROUND = np.zeros(3)
FRAME = (600.0, 600.0)


def seen_at(track: Any, x1: float, y1: float, x2: float, y2: float) -> None:
    correct(track, np.array([x1, y1, x2, y2]), FRAME, RECORD)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.floats(0.0, 1.0), st.floats(-30, 30), st.booleans()), min_size=1, max_size=12))
def test_the_centre_moves_as_a_constant_velocity_kalman_filter_says(steps: list[tuple[float, float, bool]]) -> None:
    tracks = tracks_at([[0, 0, 1, 1]])
    start(tracks[0], 80.0, 50.0, 120.0, 150.0, RECORD)
    tracks["cover"] = 0.0
    x = np.array([100.0, 0.0])
    side = 100.0
    p = np.diag([(PARAMS.place_noise * side) ** 2, (PARAMS.start_rate * side) ** 2])
    for t, jump, seen in steps:
        side = float(max(tracks[0]["value"][2:]))
        predict(tracks, 1, t, NO_GROUND, RECORD)
        f = np.array([[1.0, t], [0.0, 1.0]])
        q = (PARAMS.acceleration * side) ** 2 * np.array([[t**3 / 3, t * t / 2], [t * t / 2, t]])
        x, p = f @ x, f @ p @ f.T + q
        if seen:
            cover(tracks, 1, 0, RECORD)
            z = x[0] + jump
            r = float(tracks[0]["noise"])
            gain = p[:, 0] / (p[0, 0] + r)
            x, p = x + gain * (z - x[0]), p - np.outer(gain, p[0])
            seen_at(tracks[0], z - 20, 50.0, z + 20, 150.0)
        track = tracks[0]
        np.testing.assert_allclose([track["value"][0], track["rate"][0]], x, rtol=1e-6, atol=1e-6)
        np.testing.assert_allclose([track["vv"][0], track["vr"][0], track["rr"][0]], p[[0, 0, 1], [0, 1, 1]], rtol=1e-6)
        assert track["vv"][0] * track["rr"][0] >= track["vr"][0] ** 2 * (1 - 1e-9)
        assert (track["size_var"] > 0).all()


def test_sizes_change_slowly_and_never_vanish() -> None:
    tracks = tracks_at([[0, 0, 1, 1]])
    start(tracks[0], 0.0, 0.0, 0.2, 0.1, RECORD)
    assert tracks[0]["value"][2:].tolist() == [1.0, 1.0]
    start(tracks[0], 80.0, 50.0, 120.0, 150.0, RECORD)
    tracks["noise"] = 10.0
    for _ in range(5):
        predict(tracks, 1, 0.04, NO_GROUND, RECORD)
        seen_at(tracks[0], 80.0, 50.0, 120.0, 150.0)
    seen_at(tracks[0], 80.0, 70.0, 120.0, 150.0)
    assert 92 < tracks[0]["value"][3] < 100, "one low box changes a height that is known by less than half"


def test_what_is_covered_is_doubted() -> None:
    moved = []
    for share in (0.0, 1.0):
        tracks = tracks_at([[100, 100, 40, 100]])
        tracks["cover"] = share
        tracks["noise"] *= 1 + PARAMS.cover_noise * share**2
        seen_at(tracks[0], 90.0, 50.0, 130.0, 150.0)
        moved.append(float(tracks[0]["value"][0]) - 100)
    assert 0 < moved[1] < moved[0] / 3


@given(st.floats(-300, 300), st.floats(20, 150), st.floats(-2, 2), st.floats(-6, 12), st.floats(0.05, 0.6))
def test_who_keeps_his_speed_on_the_ground_is_seen_where_perspective_says(
    x: float, z: float, right: float, nearer: float, t: float
) -> None:
    """A camera 8 m up that looks at the horizon in row 100: a place z metres away is 1000 / z pixels to the metre."""
    tracks = tracks_at([[0, 0, 40, 60]])
    far = z - nearer * t

    def seen(across: float, away: float) -> tuple[float, float]:
        return 640 + 1000 * across / away, 100 + 1000 * 7.5 / away

    def rate(across: float, away: float) -> tuple[float, float]:
        step = 1e-6
        a, b = seen(across, away), seen(across + right * step, away - nearer * step)
        return (b[0] - a[0]) / step, (b[1] - a[1]) / step

    across = x / 1000 * z
    tracks["value"][0, :2], tracks["rate"][0] = seen(across, z), rate(across, z)
    predict(tracks, 1, t, np.array([0.0, 0.5, -50.0]), RECORD)
    np.testing.assert_allclose(tracks["value"][0, :2], seen(across + right * t, far), rtol=1e-4)
    np.testing.assert_allclose(tracks["rate"][0], rate(across + right * t, far), rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(tracks["value"][0, 2:], np.array([40, 60]) * z / far, rtol=1e-4)


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("far_side", [False, True])
def test_who_comes_in_over_the_edge_is_as_fast_as_the_side_that_shows(axis: int, far_side: bool) -> None:
    """100 pixels long and 40 wide, 200 pixels a second; its centre, as far as it shows, moves at half of that."""
    tracks = tracks_at([[0, 0, 1, 1]])

    def visible(t: float) -> list[float]:
        low, high = (200 * t - 90, 200 * t + 10) if not far_side else (590 - 200 * t, 690 - 200 * t)
        box = [280.0, 280.0, 320.0, 320.0]
        box[axis], box[axis + 2] = max(low, 0.0), min(high, 600.0)
        return box

    x1, y1, x2, y2 = visible(0.0)
    start(tracks[0], x1, y1, x2, y2, RECORD)
    for k in range(1, 9):
        predict(tracks, 1, 0.05, NO_GROUND, RECORD)
        cover(tracks, 1, 0, RECORD)
        x1, y1, x2, y2 = visible(0.05 * k)
        seen_at(tracks[0], x1, y1, x2, y2)
    track, (low, high) = tracks[0], (visible(0.4)[axis], visible(0.4)[axis + 2])
    assert abs(track["rate"][axis]) == pytest.approx(200, rel=0.1)
    assert track["value"][2 + axis] == pytest.approx(high - low, rel=0.01)
    shown = track["value"][axis] + (0.5 if not far_side else -0.5) * track["value"][2 + axis]
    assert shown == pytest.approx(low if far_side else high, abs=5)


def test_a_box_that_both_edges_cut_keeps_its_centre() -> None:
    tracks = tracks_at([[0, 0, 1, 1]])
    start(tracks[0], 0.0, 200.0, 600.0, 300.0, RECORD)
    cover(tracks, 1, 0, RECORD)
    seen_at(tracks[0], 0.0, 200.0, 600.0, 300.0)
    assert tracks[0]["value"].tolist() == [300.0, 250.0, 600.0, 100.0]
