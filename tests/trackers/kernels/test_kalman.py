"""The filters against what a textbook says of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from core.arrays import F64
from core.lens import Lens
from trackers.kernels.kalman import STEP, _correct, begin, combine, correct, predict, prepare
from trackers.kernels.lens import straighten
from trackers.world import KINDS

times = st.floats(0.005, 5.0)
kinds = st.integers(0, len(KINDS) - 1)


def step_of(t: float, kind: int) -> F64:
    step = np.zeros(STEP)
    prepare(step, t, KINDS[kind])
    return step


def matrices(step: F64) -> tuple[F64, F64]:
    """F and Q (3, 3) of the turning filter on one axis."""
    _, t, f1, f2, e, a, b, c, d, f, g = step[:11]
    return np.array([[1, t, f1], [0, 1, f2], [0, 0, e]]), np.array([[a, b, c], [b, d, f], [c, f, g]])


@settings(max_examples=60)
@given(times, kinds)
def test_a_step_is_what_continuous_time_makes_of_it(t: float, kind: int) -> None:
    """Van Loan's integral of white noise through the system, without any closed form."""
    _, sigma, tau = KINDS[kind][:3]
    system = np.array([[0, 1.0, 0], [0, 0, 1], [0, 0, -1 / tau]])
    noise = np.diag([0, 0, 2 * sigma**2 / tau])
    big = expm(np.block([[-system, noise], [np.zeros((3, 3)), system.T]]) * t)
    f = big[3:, 3:].T
    found_f, found_q = matrices(step_of(t, kind))
    np.testing.assert_allclose(found_f, f, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(found_q, f @ big[:3, 3:], rtol=2e-3, atol=1e-9)


@settings(max_examples=60)
@given(times, times, kinds)
def test_two_steps_are_as_good_as_one_of_the_same_time(t: float, u: float, kind: int) -> None:
    """So that a frame rate that changes, or frames that are missing, change nothing."""
    one, two, both = step_of(t, kind), step_of(u, kind), step_of(t + u, kind)
    (f, q), (g, r), (h, s) = matrices(one), matrices(two), matrices(both)
    np.testing.assert_allclose(g @ f, h, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(g @ q @ g.T + r, s, rtol=2e-3, atol=1e-9)
    chain = [np.array([[1 - x[14], x[14]], [x[15], 1 - x[15]]]) for x in (one, two, both)]
    np.testing.assert_allclose(chain[0] @ chain[1], chain[2], atol=1e-9)


def textbook(x: F64, p: F64, at: F64, noise: F64) -> tuple[F64, F64]:
    seen = np.eye(2, 6)
    gain = p @ seen.T @ np.linalg.inv(seen @ p @ seen.T + noise)
    return x + gain @ (at - seen @ x), (np.eye(6) - gain @ seen) @ p


@settings(max_examples=60)
@given(st.integers(0, 2**31))
def test_a_correction_is_kalman_s(seed: int) -> None:
    rng = np.random.default_rng(seed)
    root, small = rng.standard_normal((6, 6)), rng.standard_normal((2, 2))
    p, noise = root @ root.T + 0.01 * np.eye(6), small @ small.T + 0.01 * np.eye(2)
    x, at = rng.standard_normal(6), rng.standard_normal(2)
    expected_x, expected_p = textbook(x, p, at, noise)
    likely = _correct(x, p, (float(at[0]), float(at[1])), noise)
    np.testing.assert_allclose(x, expected_x, atol=1e-8)
    np.testing.assert_allclose(p, expected_p, atol=1e-8)
    assert np.isfinite(likely)


@settings(max_examples=40)
@given(st.integers(0, 2**31), kinds)
def test_covariances_stay_covariances(seed: int, kind: int) -> None:
    """Long tracks, wild frame intervals, places anywhere, errors long in one direction."""
    rng = np.random.default_rng(seed)
    mean, cov, share = np.zeros((2, 6)), np.zeros((2, 6, 6)), np.zeros(1)
    noise = np.array([[4.0, 1.9], [1.9, 1.0]]) * 10 ** rng.uniform(-4, 2)
    begin(mean, cov, share, (0.0, 0.0), noise, 15.0, 0.0)
    x, p = np.zeros(6), np.zeros((6, 6))
    for _ in range(300):
        predict(mean, cov, share, step_of(10 ** rng.uniform(-2, 1), kind), 1.0)
        if rng.random() < 0.8:
            place = rng.standard_normal(2) * 10 ** rng.uniform(-2, 3)
            correct(mean, cov, share, (float(place[0]), float(place[1])), noise)
        combine(mean, cov, share, x, p)
        assert 0 <= share[0] <= 1
        np.testing.assert_array_equal(p, p.T)
        spread = np.linalg.eigvalsh(p)
        assert spread.min() > -1e-9 * spread.max()


@pytest.mark.parametrize(
    "lens",
    [
        Lens(-0.3, 0.1, 0.001, -0.002, -0.01, 900.0, (650.0, 350.0)),
        Lens(0.15, -0.05, 0.0, 0.0, 0.0, 1200.0, (640.0, 360.0)),
        Lens(-0.4, 0.0, 0.0, 0.0, 0.0, 600.0, (640.0, 360.0)),
    ],
)
def test_the_inner_loop_straightens_as_core_does(lens: Lens) -> None:
    pixels = np.random.default_rng(1).uniform((-300, -300), (1600, 1000), (300, 2))
    expected, held = lens.straighten(pixels)
    place, slope = np.zeros(2), np.zeros((2, 2))
    found = np.array([straighten(lens.numbers, x, y, place, slope) for x, y in pixels.tolist()])
    assert (found == held).all()
    assert held.sum() > 50
    for (x, y), there in zip(pixels[held].tolist()[:40], expected[held][:40], strict=True):
        straighten(lens.numbers, x, y, place, slope)
        np.testing.assert_allclose(place, there, atol=1e-6)
        step = 0.001
        around, _ = lens.straighten(np.array([(x + step, y), (x, y + step), (x - step, y), (x, y - step)]))
        np.testing.assert_allclose(slope, (around[:2] - around[2:]).T / (2 * step), rtol=1e-3, atol=2e-3)
