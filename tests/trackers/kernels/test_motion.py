"""The filter against the textbook's, with matrices."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.trackers.kernels.records import PARAMS, RECORD, tracks_at
from trackers.kernels.covering import cover
from trackers.kernels.motion import correct, predict, start

NO_GROUND = np.zeros(3)


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
            correct(tracks[0], z - 20, 50.0, z + 20, 150.0, RECORD)
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
        correct(tracks[0], 80.0, 50.0, 120.0, 150.0, RECORD)
    correct(tracks[0], 80.0, 70.0, 120.0, 150.0, RECORD)
    assert 92 < tracks[0]["value"][3] < 100, "one low box changes a height that is known by less than half"


def test_what_is_covered_is_doubted() -> None:
    moved = []
    for share in (0.0, 1.0):
        tracks = tracks_at([[100, 100, 40, 100]])
        tracks["cover"] = share
        tracks["noise"] *= 1 + PARAMS.cover_noise * share**2
        correct(tracks[0], 90.0, 50.0, 130.0, 150.0, RECORD)
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
