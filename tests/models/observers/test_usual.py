"""What a camera's picture usually shows: what lasts in it, and not what passes through."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from core.arrays import U8
from models.observers.measures import blocks_of, measure
from models.observers.usual import Usual

HEIGHT, WIDTH = 192, 320


def street(number: int, *, plain: float = 3.0) -> U8:
    """Grain over the same faint ground with a few strong marks, all of which last."""
    ground = np.random.default_rng(0).normal(0, plain, (HEIGHT // 4, WIDTH // 4)).astype(np.float32)
    picture = 110 + cv2.resize(ground, (WIDTH, HEIGHT), interpolation=cv2.INTER_NEAREST)
    picture[20:170:30, 20:300:40] += 100
    cv2.rectangle(picture, (60, 60), (110, 130), 190.0, -1)
    cv2.rectangle(picture, (200, 30), (280, 90), 40.0, -1)
    grain = np.random.default_rng(number + 1).normal(0, 1.0, picture.shape)
    return np.asarray(np.clip(picture + grain, 0, 255), np.uint8)


def rained_on(number: int, picture: U8) -> U8:
    """Streaks, elsewhere in each look."""
    shown, lot = picture.copy(), np.random.default_rng(number)
    for x, y in lot.integers(0, (WIDTH, HEIGHT), (160, 2)).tolist():
        cv2.line(shown, (x, y), (x + 2, y + 14), (200,), 1)
    return shown


def watch(usual: Usual, pictures: list[U8]) -> list[float | None]:
    """Hidden shares, look by look."""
    found = []
    for picture in pictures:
        blocks = measure(picture)
        sharpness = usual.sharpness(blocks)
        hidden, _ = usual.hidden(blocks, sharpness[1])
        usual.learn(picture, blocks, hidden, sharpness)
        found.append(hidden)
    return found


def test_rain_that_stops_has_hidden_nothing() -> None:
    usual = Usual()
    watch(usual, [street(n) for n in range(30)])
    wet = watch(usual, [rained_on(n, street(n)) for n in range(30, 100)])
    dry = watch(usual, [street(n) for n in range(100, 110)])
    assert max(h or 0.0 for h in (*wet, *dry)) < 0.1


def test_who_passes_in_the_first_looks_is_not_missed_later() -> None:
    first = street(0)
    first[40:180, 40:260] = np.random.default_rng(3).integers(0, 255, (140, 220))
    assert max(h or 0.0 for h in watch(Usual(), [first, *(street(n) for n in range(1, 12))])) < 0.2


def test_bare_ground_that_many_cross_has_something_to_lose() -> None:
    usual = Usual()
    crossed = [street(n) for n in range(40)]
    for number, picture in enumerate(crossed):
        if number % 5 == 2:
            picture[:, :190] = cv2.addWeighted(picture[:, :190], -8, picture[:, :190], 0, 110 * 9)
    watch(usual, crossed)
    covered = street(41)
    covered[:, :190] = 120
    (hidden,) = watch(usual, [covered])
    assert hidden is not None and hidden > 0.45


@pytest.mark.parametrize("level", [60, 120, 220])
def test_a_plain_street_has_enough_to_lose(level: int) -> None:
    usual = Usual()
    watch(usual, [street(n) for n in range(30)])
    covered = street(31)
    covered[:, :190] = level
    (hidden,) = watch(usual, [covered])
    assert hidden is not None and 0.45 < hidden < 0.75


def test_what_is_before_the_lens_has_another_brightness_and_what_is_out_of_focus_has_not() -> None:
    usual = Usual()
    watch(usual, [street(n) for n in range(30)])
    painted = street(31)
    painted[:, :190] = 220
    assert usual.replaced(measure(painted))
    assert not usual.replaced(measure(np.asarray(cv2.GaussianBlur(street(31), (0, 0), 4.0), np.uint8)))
    assert not usual.replaced(measure(street(31)))


def test_white_paint_hides_a_dark_street_though_it_is_burnt_out_in_places() -> None:
    def dark(number: int) -> U8:
        return np.asarray(street(number) * 0.5, np.uint8)

    usual = Usual()
    watch(usual, [dark(n) for n in range(30)])
    paint, there = np.full((HEIGHT, WIDTH), 215, np.float32), np.zeros((HEIGHT, WIDTH), np.float32)
    paint[70:130, 90:230] = 245
    there[12:180, 12:308] = 1
    soft, mask = (np.asarray(cv2.GaussianBlur(part, (0, 0), 8), np.float32) for part in (paint, there))
    (hidden,) = watch(usual, [np.asarray(dark(31) * (1 - mask) + soft * mask, np.uint8)])
    assert hidden is not None and hidden > 0.5


def lamp(picture: U8, x: int) -> U8:
    """A lamp that shines into the lens: burnt out, a veil over all, a streak and a ghost."""
    away = np.hypot(np.arange(WIDTH) - x, (np.arange(HEIGHT) - 40)[:, None])
    light = 600 * np.exp(-((away / 18) ** 2) / 2) + 80
    light[38:43] += 70
    light[np.hypot(np.arange(WIDTH) - (WIDTH - x), (np.arange(HEIGHT) - 150)[:, None]) < 16] += 40
    return np.asarray(np.clip(picture + light, 0, 255), np.uint8)


def test_a_run_that_begins_in_glare_misses_nothing_when_the_lamp_moves_on_and_goes_out() -> None:
    dark = [np.asarray(street(n, plain=0.0) * 0.2, np.uint8) for n in range(60)]
    usual = Usual()
    shone = [*(lamp(picture, 60) for picture in dark[:20]), *(lamp(picture, 240) for picture in dark[20:40])]
    found = watch(usual, [*shone, *dark[40:]])
    assert max(h or 0.0 for h in found) < 0.1
    covered = np.full_like(dark[0], 90)
    (hidden,) = watch(usual, [covered])
    assert hidden is not None and hidden > 0.6, "what is there without the lamp is known"


def test_what_is_out_of_focus_is_told_by_its_edges() -> None:
    usual = Usual()
    watch(usual, [street(n) for n in range(30)])
    blocks = measure(np.asarray(cv2.GaussianBlur(street(31), (0, 0), 1.5), np.uint8))
    _, sharpness = usual.sharpness(blocks)
    assert sharpness is not None and sharpness < 0.35
    hidden, _ = usual.hidden(blocks, sharpness)
    assert hidden is not None and hidden < 0.5


def test_edges_that_are_new_say_nothing_of_focus() -> None:
    usual = Usual()
    watch(usual, [street(n) for n in range(30)])
    covered = street(31)
    rim = np.clip((np.arange(WIDTH) - 120) / 60, 0, 1)
    covered[:] = 40 + 180 * rim
    assert usual.sharpness(measure(covered)) == (None, None)


@pytest.mark.parametrize("sigma", [0.6, 1.0, 1.5, 4.0])
def test_noise_is_told_below_the_levels_of_a_picture(sigma: float) -> None:
    noisy = np.rint(100 + np.random.default_rng(0).normal(0, sigma, (480, 640))).astype(np.uint8)
    blocks = measure(noisy)
    assert abs(float(np.median(blocks.noise)) / (2 * sigma**2) - 1) < 0.25
    assert float(np.median(blocks.detail)) < 1 + sigma**2


def test_an_even_slope_is_no_detail() -> None:
    slope = np.rint(np.add.outer(np.arange(480) / 8, np.arange(640) / 5)).astype(np.uint8)
    blocks = measure(slope)
    assert float(blocks.detail.max()) < 1 < float(np.median(blocks.coarse))


def test_blocks_of_a_small_picture_are_no_larger_beside_it() -> None:
    assert blocks_of(640, 360) == (20, 11) and blocks_of(320, 240) == (20, 15)
    assert blocks_of(160, 120) == (10, 8) and blocks_of(3, 2) == (1, 1)
