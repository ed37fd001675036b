"""What is told of pictures: real clips, treated as cameras treat them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from functools import cache, lru_cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.arrays import U8
from core.frames import ClockSource, FrameMeta
from core.observations import PictureHealth
from models.observers.glimpse import SurfaceGlimpse
from models.observers.health import HealthObserver
from pipeline.sources.surfaces import ArraySurface
from tests.support.videos import frames_of

PLAZA = Path(__file__).parents[3] / "matpho/demo/plaza.mp4"
SECOND = 1_000_000_000
Change = Callable[[int, U8], U8]


@cache
def clip() -> tuple[U8, ...]:
    """Every 14th frame: two seconds apart."""
    return tuple(frames_of(PLAZA, range(0, 140, 14)).values())


@lru_cache(maxsize=64)
def shown(number: int) -> U8:
    """A look at the clip, to and fro, with a sensor's noise of its own."""
    frames = clip()
    there = number % (2 * len(frames) - 2)
    picture = frames[min(there, 2 * len(frames) - 2 - there)]
    grain = np.random.default_rng(number).standard_normal(picture.shape[:2], np.float32) * np.float32(1.5)
    noisy = np.clip(picture + grain[..., None], 0, 255).astype(np.uint8)
    noisy.flags.writeable = False
    return noisy


def looks(
    change: Change, count: int, *, observer: HealthObserver | None = None, epoch: int = 0, first: int = 0
) -> list[PictureHealth]:
    """What is told at looks two seconds apart."""
    observer, found = observer or HealthObserver(), []
    for number in range(first, first + count):
        picture = change(number, shown(number))
        height, width = picture.shape[:2]
        meta = FrameMeta("cam", epoch, number, 0, ClockSource.FILE, 0, number * 2 * SECOND, width, height)
        found.append(observer.look(SurfaceGlimpse(meta, ArraySurface(picture))))
    return found


def unchanged(_: int, picture: U8) -> U8:
    return picture


@cache
def used_to(before: Change) -> HealthObserver:
    """One that has looked for a minute."""
    observer = HealthObserver()
    looks(before, 30, observer=observer)
    return observer


def after(change: Change, count: int = 12, before: Change = unchanged) -> list[PictureHealth]:
    """What is told once something has changed after a minute."""
    observer = deepcopy(used_to(before))
    return looks(lambda n, p: change(n, before(n, p)), count, observer=observer, first=30)


def moved(picture: U8, x: float, y: float) -> U8:
    matrix = np.array([(1, 0, x), (0, 1, y)], np.float64)
    size = picture.shape[1::-1]
    return np.asarray(cv2.warpAffine(picture, matrix, size, borderMode=cv2.BORDER_REFLECT), np.uint8)


def soft(picture: U8, sigma: float) -> U8:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.uint8)


def with_clock(number: int, picture: U8) -> U8:
    """A burnt-in clock and the camera's name."""
    shown = picture.copy()
    cv2.rectangle(shown, (10, 8), (250, 34), (0, 0, 0), -1)
    cv2.putText(shown, f"2026-01-05 08:00:{number % 60:02d}", (14, 28), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (255,) * 3, 2)
    cv2.putText(shown, "CAM 12", (640, 560), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (255,) * 3, 2)
    return shown


def covered(picture: U8, level: float = 120.0) -> U8:
    """Most of it hidden by something soft and near."""
    height, width = picture.shape[:2]
    hole = np.zeros((height, width), np.float32)
    cv2.ellipse(hole, (width // 2, height // 2), (round(width * 0.48), round(height * 0.48)), 0, 0, 360, 1, -1)
    mask = np.asarray(cv2.GaussianBlur(hole, (0, 0), width / 40), np.float32)[..., None]
    return np.asarray(picture * (1 - mask) + level * mask, np.uint8)


def test_an_untouched_picture_is_well() -> None:
    found = looks(lambda _, p: p, 40)
    assert found[0].hidden is None and found[0].sharpness is None, "nothing is usual yet"
    for health in found[5:]:
        assert health.still_s == 0 and health.light > 200 and health.placement.shift_px == (0.0, 0.0)
        assert health.sharpness is not None and health.sharpness > 0.8
        assert health.hidden is not None and health.hidden < 0.05 and health.placement.valid


def test_a_frozen_picture_is_still_though_its_clock_goes_on() -> None:
    kept = shown(30)
    assert [h.still_s for h in after(lambda n, _: with_clock(n, kept), before=with_clock)][1:] == [
        2.0 * n for n in range(1, 12)
    ]


def test_after_a_reconnect_stillness_is_counted_anew() -> None:
    observer, kept = HealthObserver(), shown(0)
    looks(lambda _, p: kept, 10, observer=observer)
    again = looks(lambda _, p: kept, 3, observer=observer, epoch=1, first=10)
    assert [health.still_s for health in again] == [None, 2.0, 4.0]


@pytest.mark.parametrize("sigma", [2.0, 3.0, 5.0])
def test_a_picture_out_of_focus_is_not_sharp(sigma: float) -> None:
    found = [h.sharpness for h in after(lambda _, p: soft(p, sigma))][1:]
    assert all(value is not None and value < 0.2 for value in found)


def test_contrast_and_light_are_not_sharpness() -> None:
    for gain, lift in ((0.5, 0), (0.4, 120), (1.3, 0)):
        found = after(lambda _, p, g=gain, o=lift: np.clip(p * g + o, 0, 255).astype(np.uint8))  # type: ignore[misc]
        assert all(h.sharpness is not None and h.sharpness > 0.6 for h in found), (gain, lift)


@pytest.mark.parametrize("level", [60.0, 120.0, 240.0])
def test_what_is_before_the_lens_hides_the_picture(level: float) -> None:
    found = after(lambda _, p: covered(p, level), count=60)[1:]
    assert all(h.hidden is not None and h.hidden > 0.5 for h in found), "nor is it taken for usual after a while"


def test_a_lamps_glare_at_night_hides_nothing() -> None:
    def night(_: int, picture: U8) -> U8:
        return (picture * 0.25).astype(np.uint8)

    def glare(_: int, picture: U8) -> U8:
        height, width = picture.shape[:2]
        y, x = np.mgrid[:height, :width]
        halo = 255 * np.exp(-((x - width / 2) ** 2 + (y - height / 2) ** 2) / (2 * (width / 12) ** 2))
        return np.asarray(np.clip(picture + halo[..., None] * 1.5, 0, 255), np.uint8)

    found = after(glare, before=night)[1:]
    assert all(h.dazzled > 0.05 and h.hidden is not None and h.hidden < 0.2 for h in found)


def test_dusk_is_neither_cover_nor_blur_nor_a_move() -> None:
    def dusk(number: int, picture: U8) -> U8:
        return np.asarray(np.clip(picture * max(1 - number / 300, 0.3), 0, 255), np.uint8)

    for health in looks(dusk, 300)[5:]:
        assert health.hidden is not None and health.hidden < 0.2
        assert health.sharpness is None or health.sharpness > 0.6
        assert health.placement.valid and health.placement.shift_px == (0.0, 0.0)


@pytest.mark.parametrize("shift", [(5.0, 0.0), (-3.5, 4.0), (12.3, -7.7), (0.0, -17.0)])
def test_a_small_shift_is_measured_to_a_pixel_and_taken_off(shift: tuple[float, float]) -> None:
    for before in (lambda _, p: p, with_clock):
        last = after(lambda n, p, b=before: b(n, moved(shown(n), *shift)), before=before)[-1]  # type: ignore[misc]
        assert last.placement.valid
        assert np.hypot(*np.subtract(last.placement.shift_px, shift)) < 0.5


def test_a_camera_that_sways_about_its_place_has_not_moved() -> None:
    found = after(lambda n, p: moved(p, 6.0 * (-1) ** n, 0.0), count=20)
    assert all(h.placement.valid for h in found)
    assert after(lambda n, p: moved(p, (6.0, 0.0, -6.0, 0.0)[n % 4], 0.0), 20)[-1].placement.shift_px[1] == 0.0


def test_a_large_shift_no_longer_holds_and_comes_back() -> None:
    observer = HealthObserver()
    looks(lambda _, p: p, 30, observer=observer)
    away = looks(lambda _, p: moved(p, 90.0, 20.0), 12, observer=observer, first=30)
    assert not away[-1].placement.valid and away[-1].shift_px is not None
    assert np.hypot(*np.subtract(away[-1].shift_px, (90.0, 20.0))) < 1
    back = looks(lambda _, p: p, 12, observer=observer, first=42)
    assert back[-1].placement.valid and back[-1].placement.shift_px == (0.0, 0.0)


def test_another_place_does_not_hold() -> None:
    found = after(lambda n, p: np.ascontiguousarray(p[::-1, ::-1]), 16)
    assert not found[-1].placement.valid and found[-1].shift_px is None


def test_it_is_measured_against_the_scenes_picture_also_when_that_is_larger() -> None:
    given = cv2.resize(clip()[0], (1536, 1152), interpolation=cv2.INTER_CUBIC)
    observer = HealthObserver([np.asarray(given, np.uint8)])
    last = looks(lambda _, p: moved(p, 8.0, -6.0), 10, observer=observer)[-1]
    assert np.hypot(*np.subtract(last.placement.shift_px, (8.0, -6.0))) < 1


def test_a_turning_cameras_place_is_not_judged() -> None:
    found = looks(lambda n, p: moved(p, 15.0 * (n // 10), 0.0), 30, observer=HealthObserver(placed=False))
    assert {(h.agreement, h.placement.valid, h.placement.shift_px) for h in found} == {(None, True, (0.0, 0.0))}


def grey(picture: U8) -> U8:
    return np.asarray(np.repeat(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)[..., None], 3, axis=2), np.uint8)


def infra_red(picture: U8) -> U8:
    """Grass shines, the sky is dark: as a camera sees it when its filter goes out at night."""
    blue, green, red = cv2.split(picture.astype(np.float32))
    lit = np.clip(0.2 * blue + 1.3 * green - 0.2 * red, 0, 255) * 0.6
    return np.asarray(np.repeat(lit[..., None], 3, axis=2), np.uint8)


def interlaced(number: int, picture: U8) -> U8:
    woven = picture.copy()
    woven[1::2] = shown(number + 1)[1::2]
    return woven


BAD: dict[str, Change] = {
    "interlaced": interlaced,
    "grey": lambda _, p: grey(p),
    "infra-red": lambda _, p: infra_red(p),
    "filter in and out": lambda n, p: infra_red(p) if n % 20 < 10 else p,
    "exposure jumps": lambda n, p: np.clip(p.astype(np.float32) * (0.6, 1.0, 1.5)[n % 3], 0, 255).astype(np.uint8),
    "clock and name": with_clock,
    "noise": lambda n, p: np.clip(p + np.random.default_rng(n).normal(0, 12, p.shape), 0, 255).astype(np.uint8),
}


@pytest.mark.parametrize("how", BAD)
def test_bad_pictures_of_a_good_camera_are_no_fault(how: str) -> None:
    found = looks(BAD[how], 40)[5:] + after(BAD[how], 30)[2:]
    assert {h.still_s for h in found} == {0.0}
    assert all(h.placement.valid and np.hypot(*h.placement.shift_px) < 2 for h in found)
    hidden = [h.hidden for h in found if h.hidden is not None]
    assert sum(value >= 0.35 for value in hidden) <= 3, max(hidden)
    assert sum(h.sharpness is not None and h.sharpness < 0.35 for h in found) <= 3


@pytest.mark.parametrize("size", [(384, 288), (1536, 1152)])
def test_another_resolution_is_the_same_place_again(size: tuple[int, int]) -> None:
    def resized(number: int, picture: U8) -> U8:
        return np.asarray(cv2.resize(picture, size), np.uint8) if number >= 30 else picture

    found: Sequence[PictureHealth] = looks(resized, 50)[30:]
    assert all(h.placement.valid and h.placement.shift_px == (0.0, 0.0) for h in found)
    assert all(h.hidden is None or h.hidden < 0.2 for h in found)
