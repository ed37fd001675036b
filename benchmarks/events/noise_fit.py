"""Noise levels fitted to what a detector did to known boxes; see `noise_levels.json` for what came out."""

from __future__ import annotations

from itertools import combinations
from statistics import NormalDist
from typing import Any, Final

import numpy as np

from benchmarks.events.noise_data import LEAST_OVERLAP, Looked
from core.arrays import F64, AnyArray, Bool
from core.geometry import iou

LAGS: Final = (1, 2, 3, 5, 7, 10, 14, 21, 35)
"""Frames apart at which likeness in time is fitted; at 7 frames a second up to 5 s."""
DECAYS_S: Final = tuple(np.geomspace(0.1, 6.0, 16).tolist())
LASTING: Final = 20
"""Frames from which a false box at one place is a thing that stands there."""


CAPS: Final = tuple(np.arange(0.9, 1.0, 0.005).tolist())


def recall_fit(design: F64, found: Bool) -> F64:
    """Coefficients (K) of a logistic curve and, last, the most that it reaches: the likeliest of `CAPS`.

    For each of these by Newton's method on the logistic likelihood of found / cap, with a small ridge.
    """
    best: tuple[float, F64] = (-np.inf, np.zeros(0))
    for cap in CAPS:
        weights = _curve(design, found, cap)
        chance = np.clip(cap / (1.0 + np.exp(-design @ weights)), 1e-9, 1 - 1e-9)
        likely = float(np.where(found, np.log(chance), np.log(1 - chance)).sum())
        if likely > best[0]:
            best = likely, np.append(weights, cap)
    return best[1]


def _curve(design: F64, found: Bool, cap: float) -> F64:
    """Newton's steps with the expected curvature (Fisher scoring)."""
    weights: F64 = np.zeros(design.shape[1])
    ridge = 0.01 * np.eye(design.shape[1])
    for _ in range(60):
        curve_at = 1.0 / (1.0 + np.exp(-np.clip(design @ weights, -30, 30)))
        chance = cap * curve_at
        rise = chance * (1 - curve_at)
        slope = design.T @ ((found - chance) * rise / (chance * (1 - chance))) - ridge @ weights
        curve = (design * (rise**2 / (chance * (1 - chance)))[:, None]).T @ design + ridge
        step = np.linalg.solve(curve, slope)
        weights += step
        if np.abs(step).max() < 1e-9:
            break
    return weights


def spread_fit(error: F64, hidden: F64, size_px: F64) -> tuple[F64, float]:
    """Roots of the parts (3) of the variance (constant, × hidden², / size²), and the mean error that was taken off.

    Nonnegative least squares over squared errors, each weighted by its own expectation once.
    """
    mean = float(error.mean())
    square = (error - mean) ** 2
    design = np.column_stack((np.ones(len(error)), hidden**2, size_px**-2.0))
    weights = np.ones(len(error))
    part: F64 = np.zeros(3)
    for _ in range(4):
        part = _nonnegative(design * weights[:, None], square * weights)
        weights = 1.0 / np.maximum(design @ part, 1e-6)
    return np.sqrt(part), mean


def _nonnegative(design: F64, wanted: F64) -> F64:
    """Least squares with coefficients not below 0: the best of all choices of which are above."""
    best, found = np.inf, np.zeros(design.shape[1])
    for count in range(1, design.shape[1] + 1):
        for chosen in combinations(range(design.shape[1]), count):
            part, *_ = np.linalg.lstsq(design[:, chosen], wanted, rcond=None)
            if (part >= 0).all():
                whole = np.zeros(design.shape[1])
                whole[list(chosen)] = part
                loss = float(((design @ whole - wanted) ** 2).sum())
                if loss < best:
                    best, found = loss, whole
    return found


def likeness(rows: AnyArray, value: F64, lags: tuple[int, ...] = LAGS) -> F64:
    """Correlation of `value` (N, NaN left out) with itself so many frames later, within each thing; (len(lags))."""
    key = {(int(r["thing"]), int(r["frame"])): n for n, r in enumerate(rows) if np.isfinite(value[n])}
    centred = value - np.nanmean(value)
    variance = float(np.nanmean(centred**2))
    found = []
    for lag in lags:
        pairs = [(n, key[thing, frame + lag]) for (thing, frame), n in key.items() if (thing, frame + lag) in key]
        a, b = np.array(pairs, np.int64).reshape(-1, 2).T
        found.append(float((centred[a] * centred[b]).mean()) / variance)
    return np.array(found)


def shares_fit(curve: F64, fps: float) -> tuple[list[float], float]:
    """Shares of variance (anew, slow, fixed) and decay in seconds that come closest to a curve of `likeness`."""
    seconds = np.array(LAGS) / fps
    best: tuple[float, list[float], float] = (np.inf, [1.0, 0.0, 0.0], 1.0)
    for decay in DECAYS_S:
        design = np.column_stack((np.exp(-seconds / decay), np.ones(len(seconds))))
        part = _nonnegative(design, curve)
        part = part / max(1.0, part.sum())
        loss = float(((design @ part - curve) ** 2).sum())
        if loss < best[0]:
            best = loss, [1.0 - float(part.sum()), float(part[0]), float(part[1])], decay
    return best[1], best[2]


def miss_fit(rows: AnyArray, chance: F64, fps: float, seed: int = 1) -> tuple[list[float], float]:
    """The same for a hidden normal number whose fall below a bound is a miss: misses drawn for the same things with
    the same chances (N) are made as alike in time as those that were seen.
    """
    wanted = likeness(rows, rows["found"].astype(np.float64) - chance)
    things = np.unique(rows["thing"])
    seconds = rows["frame"] / fps
    best: tuple[float, list[float], float] = (np.inf, [1.0, 0.0, 0.0], 1.0)
    for decay in DECAYS_S[:13]:
        for slow in (0.3, 0.5, 0.7, 0.85, 1.0):
            for fixed in (0.0, 0.05, 0.1, 0.2):
                if slow + fixed > 1.0:
                    continue
                rng = np.random.default_rng(seed)
                drawn = np.zeros((8, len(rows)), np.bool_)
                for thing in things:
                    mine = np.flatnonzero(rows["thing"] == thing)
                    mine = mine[np.argsort(seconds[mine])]
                    drawn[:, mine] = _drawn(rng, seconds[mine], chance[mine], (slow, fixed, decay))
                curve = np.mean([likeness(rows, d - chance, LAGS[:5]) for d in drawn[:3]], axis=0)
                loss = float(((curve - wanted[:5]) ** 2).sum())
                if loss < best[0]:
                    best = loss, [1.0 - slow - fixed, slow, fixed], decay
    return best[1], best[2]


def _drawn(rng: np.random.Generator, seconds: F64, chance: F64, how: tuple[float, float, float]) -> Bool:
    slow, fixed, decay = how
    count = len(seconds)
    state = rng.standard_normal(8)
    stays = rng.standard_normal(8)
    found = np.zeros((8, count), np.bool_)
    for n in range(count):
        if n:
            kept = np.exp(-(seconds[n] - seconds[n - 1]) / decay)
            state = kept * state + np.sqrt(1 - kept * kept) * rng.standard_normal(8)
        value = np.sqrt(1 - slow - fixed) * rng.standard_normal(8) + np.sqrt(slow) * state + np.sqrt(fixed) * stays
        found[:, n] = value > _quantile(1.0 - float(chance[n]))
    return found


def _quantile(share: float) -> float:
    return NormalDist().inv_cdf(min(max(share, 1e-9), 1 - 1e-9))


def lasting(looked: Looked) -> tuple[list[dict[str, Any]], int]:
    """False boxes that stand at one place, with their share of frames, run, size and score; how many others there are.

    Boxes of one place overlap by `LEAST_OVERLAP` with its running mean. Sizes are shares of the picture's width.
    """
    places: list[dict[str, Any]] = []
    extras = looked.extras[looked.extras["near"] < LEAST_OVERLAP]
    for item in extras:
        boxes = np.array([place["box"] for place in places]).reshape(-1, 4)
        over = iou(item["box"][None], boxes)[0] if len(boxes) else np.zeros(0)
        if len(over) and over.max() >= LEAST_OVERLAP:
            place = places[int(over.argmax())]
            place["box"] = 0.9 * place["box"] + 0.1 * item["box"]
        else:
            place = {"box": item["box"].copy(), "frames": [], "scores": []}
            places.append(place)
        place["frames"].append(int(item["frame"]))
        place["scores"].append(float(item["score"]))
    spots = [_spot(place, looked) for place in places if len(place["frames"]) >= LASTING]
    return spots, sum(len(place["frames"]) for place in places if len(place["frames"]) < LASTING)


def _spot(place: dict[str, Any], looked: Looked) -> dict[str, Any]:
    frames = np.unique(place["frames"])
    runs = np.diff(np.flatnonzero(np.diff(np.concatenate(([-9], frames, [10**9]))) > 1))
    size = (place["box"][2:] - place["box"][:2]) / looked.width
    return {
        "share": round(min(len(frames) / looked.frames, 0.95), 3),
        "run_s": round(float(runs.mean()) / looked.fps, 2),
        "size": [round(float(value), 4) for value in size],
        "score": round(float(np.mean(place["scores"])), 3),
    }
