"""What a detector makes of perfect boxes: it misses, misplaces, confuses and invents, with a memory for each thing."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.compiled import in_place

REFERENCE_PX = 12.0
"""Sizes are told as the logarithm of their ratio to this: roots of areas in the detector's input."""
SIDES, MISS, CLASS, SCORE, KEYS = 0, 4, 5, 6, 7
"""Columns of what varies slowly: four sides, whether it is found, its class, its score."""


@in_place
def uniform(state: Any) -> float:
    """The next number of 0..1 (splitmix64, Steele, Lea and Flood 2014); `state` (1) uint64 is stepped."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    share: float = float(z >> np.uint64(11)) * (1.0 / 9007199254740992.0)
    return share


@in_place
def normal(state: Any) -> float:
    """The next number of a standard normal distribution (Box and Muller)."""
    radius = np.sqrt(-2.0 * np.log(1.0 - uniform(state)))
    value: float = radius * np.cos(2.0 * np.pi * uniform(state))
    return value


@in_place
def below(value: float) -> float:
    """Share of a standard normal distribution below a value (Abramowitz and Stegun 26.2.17, within 7.5e-8)."""
    t = 1.0 / (1.0 + 0.2316419 * abs(value))
    tail = ((((1.330274429 * t - 1.821255978) * t + 1.781477937) * t - 0.356563782) * t + 0.319381530) * t
    tail *= 0.3989422804014327 * np.exp(-0.5 * value * value)
    share: float = 1.0 - tail if value >= 0 else tail
    return share


@in_place
def remember(state: Any, memory: Any, seen_s: Any, part: int, now_s: float, decay_s: Any) -> None:
    """Let what varies slowly about a thing go on to `now_s` by its times of decay (KEYS); a new thing is drawn."""
    waited = now_s - seen_s[part]
    for key in range(KEYS):
        if seen_s[part] < 0:
            memory[part, key] = normal(state)
            memory[part, KEYS + key] = normal(state)
        else:
            kept = np.exp(-waited / decay_s[key])
            memory[part, key] = kept * memory[part, key] + np.sqrt(1.0 - kept * kept) * normal(state)
    seen_s[part] = now_s


@in_place
def latent(memory: Any, part: int, key: int, shares: Any, state: Any) -> float:
    """A standard normal number: `shares` (3) of its variance are drawn anew, vary slowly, and stay with the thing."""
    value: float = np.sqrt(shares[0]) * normal(state)
    value += np.sqrt(shares[1]) * memory[part, key] + np.sqrt(shares[2]) * memory[part, KEYS + key]
    return value


@in_place
def disturb(
    state: Any, kept: Any, given: Any, memory: Any, seen_s: Any, kinds: Any, shares: Any, decay_s: Any, out: Any
) -> int:
    """Detections of the boxes of some steps; returns how many.

    Args:
        state: of the random numbers.
        kept: (time_s (T), offsets (T + 1), wanted (T)): a step that is not wanted is a lost frame.
        given: (part (N), class_id (N), kind (N), xyxy (N, 4), visible (N), pixel scale to the detector's input).
        memory: (P, 14) of all things, kept between calls; seen_s: (P), when last seen, -1 never.
        kinds: (recall (K, 4), sides (K, 4, 3), score (K, 5), until (C, M) and shown (C, M): up to which share a
            class is called what, levels (3) of box, miss, score); see `benchmarks.events.noise`.
        shares: (K, KEYS, 3) of variance drawn anew, slow, fixed; decay_s: (K, KEYS) of the slow part.
        out: (row (N), xyxy (N, 4), score (N), class_id (N), counts (T)) filled.
    """
    time_s, offsets, wanted = kept
    part, class_id, kind, xyxy, visible, scale = given
    recall, sides, score, until, shown, levels = kinds
    rows, boxes, scores, classes, counts = out
    n = 0
    for step in range(len(time_s)):
        counts[step] = 0
        if not wanted[step]:
            continue
        for i in range(offsets[step], offsets[step + 1]):
            p, k = part[i], kind[i]
            remember(state, memory, seen_s, p, time_s[step], decay_s[k])
            width, height = xyxy[i, 2] - xyxy[i, 0], xyxy[i, 3] - xyxy[i, 1]
            root = np.sqrt(width * height) * scale
            size = np.log(root / REFERENCE_PX)
            hidden = 1.0 - visible[i]
            found = recall[k, 3] / (1.0 + np.exp(-(recall[k, 0] + recall[k, 1] * size + recall[k, 2] * hidden)))
            missed = min(levels[1] * (1.0 - found), 1.0)
            if below(latent(memory, p, MISS, shares[k, MISS], state)) < missed:
                continue
            for side in range(4):
                length = width if side % 2 == 0 else height
                small = sides[k, side, 2] / root
                spread = np.sqrt(sides[k, side, 0] ** 2 + (sides[k, side, 1] * hidden) ** 2 + small * small)
                error = latent(memory, p, SIDES + side, shares[k, SIDES + side], state)
                boxes[n, side] = xyxy[i, side] + levels[0] * spread * length * error
            chosen = below(latent(memory, p, CLASS, shares[k, CLASS], state))
            c = 0
            while c < shown.shape[1] - 1 and chosen > until[class_id[i], c]:
                c += 1
            classes[n] = shown[class_id[i], c]
            mean = score[k, 0] + score[k, 1] * size + score[k, 2] * hidden
            value = mean + levels[2] * score[k, 3] * latent(memory, p, SCORE, shares[k, SCORE], state)
            scores[n] = min(max(value, score[k, 4]), 0.99)
            rows[n] = i
            n += 1
            counts[step] += 1
    return n
