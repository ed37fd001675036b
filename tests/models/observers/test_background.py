"""What is told of things that are put somewhere, taken away, or are none: a made-up street, treated as streets are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import cv2
import numpy as np
import pytest

from benchmarks.pixels.weather import flare
from core.arrays import U8
from core.frames import ClockSource, FrameMeta
from core.observations import Background, Blob
from models.observers.background.observer import MODELS, WARM, BackgroundObserver
from models.observers.glimpse import SurfaceGlimpse
from pipeline.sources.surfaces import ArraySurface

SIZE = (320, 180)
SECOND = 1_000_000_000
Change = Callable[[int, U8], U8]
BOX = (150, 90, 164, 102)
"""Where something is put: left, top, right, bottom."""
AT = WARM + 10
"""When."""


@cache
def street() -> U8:
    """Asphalt with a kerb, a marking, a facade with windows."""
    rng = np.random.default_rng(0)
    picture = np.full((SIZE[1], SIZE[0]), 95, np.float32) + cv2.GaussianBlur(
        rng.normal(0, 20, (SIZE[1], SIZE[0])).astype(np.float32), (0, 0), 2
    )
    picture[:60] = 140
    for x in range(10, 310, 30):
        picture[15:45, x : x + 18] = 60
    picture[60:64] = 190
    for x in range(0, 310, 24):
        picture[120:124, x : x + 12] = 200
    return np.repeat(np.clip(picture, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


@cache
def grains() -> list[np.ndarray]:
    made = (np.random.default_rng(n).normal(0, 1.5, (SIZE[1], SIZE[0], 1)) for n in range(16))
    return [np.repeat(np.rint(grain).astype(np.int16), 3, axis=2) for grain in made]


def look(
    observer: BackgroundObserver, second: int, picture: U8, view: str = "", epoch: int = 0, **frame: object
) -> Background | None:
    height, width = picture.shape[:2]
    fits = (width, height) == SIZE
    noisy = np.asarray(cv2.add(picture, grains()[second % 16], dtype=cv2.CV_8U), np.uint8) if fits else picture
    meta = FrameMeta("cam", epoch, second, 0, ClockSource.FILE, 0, second * SECOND, width, height, view=view)
    return observer.look(SurfaceGlimpse(replace(meta, **frame), ArraySurface(noisy)))  # type: ignore[arg-type]


def watch(change: Change, seconds: int, observer: BackgroundObserver | None = None) -> list[Background]:
    """What is told of a street, a look a second."""
    observer, told = observer or BackgroundObserver(), []
    for second in range(seconds):
        fact = look(observer, second, change(second, street().copy()))
        assert fact is not None
        told.append(fact)
    return told


def put(picture: U8, box: tuple[int, int, int, int] = BOX, level: int = 190) -> U8:
    left, top, right, bottom = box
    picture[top:bottom, left:right] = level
    return picture


def things(fact: Background, least_s: float = 0.0) -> list[Blob]:
    return [blob for blob in fact.blobs if not blob.taken and blob.age_s >= least_s]


def overlap(blob: Blob, box: tuple[int, int, int, int]) -> float:
    low, high = np.maximum(blob.box[:2], box[:2]), np.minimum(blob.box[2:], box[2:])
    both = float(np.prod(np.clip(high - low, 0, None)))
    return both / (area(blob.box) + area(box) - both)


def area(box: tuple[float, ...]) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def test_nothing_is_told_of_an_empty_street_and_nothing_is_known_at_first() -> None:
    told = watch(lambda _, picture: picture, 150)
    assert [fact.known for fact in told] == [False] * (WARM - 1) + [True] * (151 - WARM)
    assert all(fact.blobs == () for fact in told)


def test_what_is_put_down_is_told_within_ten_seconds_where_it_lies_until_it_is_taken() -> None:
    boxes = {
        (20 + 45 * n, 75 + 40 * row, 20 + 45 * n + side, 75 + 40 * row + side): level
        for row, side in enumerate((10, 20))
        for n, level in enumerate((60, 125, 160, 190, 250))
    }

    def change(second: int, picture: U8) -> U8:
        for box, level in boxes.items() if AT <= second < AT + 40 else ():
            put(picture, box, level)
        return picture

    told = watch(change, AT + 46)
    assert not any(fact.blobs for fact in told[:AT])
    for box in boxes:
        (blob,) = (blob for blob in things(told[AT + 10]) if overlap(blob, box) > 0.5)
        assert 9 <= blob.age_s <= 12 and blob.hidden_s == 0
    told_of = {thing.number for fact in told[AT + 10 : AT + 40] for thing in things(fact)}
    assert len(told_of) == len(boxes) and not any(fact.blobs for fact in told[AT + 43 :])


def test_what_passes_before_it_hides_it_and_does_not_end_it() -> None:
    def change(second: int, picture: U8) -> U8:
        picture = put(picture) if second >= AT else picture
        return put(picture, (130, 70, 180, 110), 40 + second % 3 * 15) if AT + 20 <= second < AT + 35 else picture

    told = watch(change, AT + 60)
    during, after = things(told[AT + 30], 15), things(told[-1], 15)
    assert [blob.number for blob in during] == [blob.number for blob in after] and len(after) == 1
    assert during[0].hidden_s >= 8 and after[0].hidden_s == 0 and after[0].age_s >= 55


def test_what_is_seen_between_those_who_pass_is_found() -> None:
    """Two looks of three, and never three in a row."""

    def change(second: int, picture: U8) -> U8:
        picture = put(picture) if second >= AT else picture
        return put(picture, (130, 70, 180, 110), 30 + second % 4 * 17) if second % 3 == 0 else picture

    told = watch(change, AT + 40)
    assert any(overlap(blob, BOX) > 0.5 for blob in things(told[-1]))
    assert not any(fact.blobs for fact in told[:AT])


def test_it_is_not_judged_by_what_hides_it() -> None:
    """Somebody bright stands before it when it would be judged."""

    def change(second: int, picture: U8) -> U8:
        picture = put(picture) if second >= AT else picture
        return put(picture, (130, 70, 180, 110), 215 + second % 3 * 15) if AT + 7 <= second < AT + 9 else picture

    assert any(overlap(blob, BOX) > 0.5 for blob in things(watch(change, AT + 20)[-1]))


def test_who_stands_there_at_first_and_goes_on_is_not_taken_for_the_place() -> None:
    told = watch(lambda s, picture: put(picture, (130, 70, 160, 110), 40) if s < 12 else picture, AT + 40)
    assert not any(fact.blobs for fact in told)


def test_what_lies_along_the_lower_rim_is_no_text() -> None:
    box = (150, 172, 164, 179)
    told = watch(lambda s, picture: put(picture, box, 240) if s >= AT else picture, AT + 25)
    assert any(overlap(blob, box) > 0.5 for blob in things(told[-1]))


def test_what_is_taken_away_leaves_no_thing_behind() -> None:
    """A car that was parked before watching began drives off."""
    told = watch(lambda s, picture: put(picture, (140, 70, 190, 100), 200) if s < AT else picture, AT + 40)
    assert any(blob.taken and overlap(blob, (140, 70, 190, 100)) > 0.6 for fact in told for blob in fact.blobs)
    assert not any(things(fact) for fact in told)


def shade(picture: U8, columns: slice, gain: float) -> U8:
    picture[:, columns] = np.clip(picture[:, columns].astype(np.float32) * gain, 0, 255).astype(np.uint8)
    return picture


def lamp(picture: U8, x: int, y: int, reach: float) -> U8:
    across = np.exp(-((np.arange(SIZE[0]) - x) ** 2) / (2 * reach**2))
    down = np.exp(-((np.arange(SIZE[1]) - y) ** 2) / (2 * reach**2))
    glow = 90 * np.outer(down, across)[..., None]
    return np.asarray(np.clip(picture + glow, 0, 255), np.uint8)


def flood(picture: U8) -> U8:
    """A lamp whose middle is burnt out, and whose rim cuts what is textured."""
    away = np.hypot(np.arange(SIZE[0]) - 190, (np.arange(SIZE[1]) - 100)[:, None]) / 30
    return np.asarray(np.clip(picture + np.minimum(600 * np.exp(-(away**2) / 2), 255)[..., None], 0, 255), np.uint8)


def rain(second: int, picture: U8) -> U8:
    rng = np.random.default_rng(second)
    veiled = np.asarray(cv2.convertScaleAbs(picture, alpha=0.75, beta=35), np.uint8)
    for x, y in rng.integers(0, SIZE, (80, 2)).tolist():
        cv2.line(veiled, (x, y), (x + 2, y + 12), (190, 190, 190), 1)
    return veiled


def tree(second: int, picture: U8) -> U8:
    """A crown that sways by several pixels at each look."""
    rng = np.random.default_rng(5)
    for x, y in rng.integers((200, 70), (260, 120), (60, 2)).tolist():
        away = np.random.default_rng((second, x, y)).integers(-4, 5, 2)
        cv2.circle(picture, (int(x + away[0]), int(y + away[1])), 3, (40, 40, 40), -1)
    return picture


def clock(second: int, picture: U8) -> U8:
    cv2.rectangle(picture, (2, 2), (110, 12), (0, 0, 0), -1)
    told = f"08:{second // 60:02d}:{second % 60:02d}"
    cv2.putText(picture, told, (4, 11), cv2.FONT_HERSHEY_SIMPLEX, 0.35, (255, 255, 255), 1)
    return picture


def name_and_minute(second: int, picture: U8, x: int = 60, y: int = 110, size: float = 0.6, thick: int = 2) -> U8:
    """In the middle of the picture, on no ground of its own; a digit changes every half minute."""
    told = f"CAM 12 08:{(second // 30 + 7) % 60:02d}"
    cv2.putText(picture, told, (x, y), cv2.FONT_HERSHEY_SIMPLEX, size, (255, 255, 255), thick, cv2.LINE_AA)
    return picture


def filtered(picture: U8) -> U8:
    """As by infra-red: other contrasts, no colour."""
    table = np.clip(np.arange(256) * 0.5 + 70 + 25 * np.sin(np.arange(256) / 25), 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(picture, table), np.uint8)


def interlaced(second: int, picture: U8) -> U8:
    """Two half pictures, between which what drives by has gone on."""
    later = put(picture.copy(), (28 * (second % 11) + 8, 85, 28 * (second % 11) + 48, 115), 40)
    picture = put(picture, (28 * (second % 11), 85, 28 * (second % 11) + 40, 115), 40)
    picture[1::2] = later[1::2]
    return picture


TRAPS: dict[str, Change] = {
    "interlaced traffic": interlaced,
    "a name and a clock without seconds": name_and_minute,
    "a light is switched on": lambda s, p: lamp(p, 150, 100, 45) if s >= AT else p,
    "a lamp that burns the picture out": lambda s, p: flood(p) if s >= AT else p,
    "headlights that pass": lambda s, p: lamp(p, 40 * (s % 9), 100, 14) if s >= AT else p,
    "headlights that stay": lambda s, p: lamp(p, 100, 110, 14) if s >= AT else p,
    "the iris jumps": lambda s, p: shade(p, slice(None), 1.35) if s % 40 >= 30 else p,
    "dusk": lambda s, p: shade(p, slice(None), max(1 - 0.006 * max(s - AT, 0), 0.3)),
    "a shadow moves on": lambda s, p: shade(p, slice(100 + s // 15, 180 + s // 15), 0.6),
    "a cloud's shadow": lambda s, p: shade(p, slice(0, 160), 0.7) if s >= AT else p,
    "rain begins": lambda s, p: rain(s, p) if s >= AT else p,
    "a tree sways": tree,
    "a clock is burnt in": clock,
    "day and night filter": lambda s, p: filtered(p) if s >= AT else p,
    "a mast sways": lambda s, p: np.roll(p, s % 3 - 1, axis=1),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_what_is_no_thing_is_told_as_none(trap: str) -> None:
    told = watch(TRAPS[trap], AT + 90)
    assert [(at, blob) for at, fact in enumerate(told) for blob in things(fact, 20)] == []
    assert sum(fact.known for fact in told[AT:]) > 50


@pytest.mark.parametrize("trap", ["a tree sways", "rain begins", "the iris jumps", "dusk", "a mast sways"])
def test_a_thing_is_found_all_the_same(trap: str) -> None:
    told = watch(lambda s, p: TRAPS[trap](s, put(p, (60, 90, 76, 106), 210) if s >= AT + 5 else p), AT + 50)
    (blob,) = things(told[-1], 20)
    assert overlap(blob, (60, 90, 76, 106)) > 0.5


def test_a_lamp_that_shines_into_the_lens_by_night_is_no_thing_and_hides_all() -> None:
    told = watch(lambda second, picture: flare(second + 220, picture), 220)  # it comes after 80 s
    assert all(fact.known for fact in told[60:80])
    assert not any(fact.known for fact in told[81:220])
    told = watch(lambda second, picture: flare(220 + second if second < 140 else second, picture), 240)
    assert all(fact.known for fact in told[170:]), "gone after 60 s"
    assert not any(things(fact) for fact in told)


def test_what_is_learnt_in_the_glare_of_a_lamp_is_forgotten_when_it_moves_or_goes_out() -> None:
    told = watch(lambda second, picture: flare(second + 480, picture), 300)  # on for 120 s, elsewhere after 60
    assert told[-1].known
    assert not any(things(fact) for fact in told)
    assert len({fact.model for fact in told}) >= 2


def test_a_thing_outlasts_the_change_of_a_filter() -> None:
    def change(second: int, picture: U8) -> U8:
        picture = put(picture, level=240) if second >= AT else picture
        return filtered(picture) if second >= AT + 40 else picture

    told = watch(change, AT + 90)
    (before,), (after,) = things(told[AT + 35]), things(told[-1], 20)
    assert before.number == after.number


def test_a_small_move_is_followed_and_boxes_stay_with_the_tracks() -> None:
    def moved(picture: U8, by: int) -> U8:
        return np.roll(picture, by, axis=1)

    told = watch(lambda s, p: moved(put(p) if s >= AT else p, 0 if s < AT + 30 else 6), AT + 70)
    (blob,) = things(told[-1], 20)
    assert blob.box[0] - BOX[0] == pytest.approx(6, abs=2), "the camera's shift is not known yet"
    observer = BackgroundObserver()
    for second in range(AT + 60):
        now = moved(put(street().copy()) if second >= AT else street(), 6)
        fact = look(observer, second, now, shift_px=(6.0, 0.0))
    assert fact is not None and things(fact)[0].box[0] == pytest.approx(BOX[0], abs=2), "it is taken off"


def test_what_is_burnt_in_stays_while_the_place_moves_and_is_no_thing() -> None:
    def drifting(second: int, picture: U8) -> U8:
        moved = np.roll(picture, round(6 * np.sin(second / 9)), axis=1)
        cv2.rectangle(moved, (2, 2), (110, 16), (0, 0, 0), -1)
        return name_and_minute(second, moved, 4, 13, 0.4, 1)

    assert not any(things(fact) for fact in watch(drifting, AT + 90))


def test_where_a_camera_drifts_and_is_lost_in_the_dark_nothing_is_told_until_it_is_found() -> None:
    """What it shows elsewhere by then would be things."""

    def drifting(second: int, picture: U8) -> U8:
        moved = np.roll(picture, round(4 * np.sin(second / 9)), axis=1)
        if not AT <= second < AT + 80:
            return moved
        noise = np.random.default_rng(second).normal(0, 8, picture.shape)
        return np.asarray(np.clip(0.05 * moved + 10 + noise, 0, 255), np.uint8)

    told = watch(drifting, AT + 80 + 2 * WARM)
    assert told[AT - 1].known and not any(fact.known for fact in told[AT + 10 : AT + 80])
    assert told[-1].known and not any(things(fact) for fact in told)


def test_a_camera_that_stands_tells_in_the_dark_what_it_told_before() -> None:
    def dark(second: int, picture: U8) -> U8:
        noise = np.random.default_rng(second).normal(0, 8, picture.shape)
        return np.asarray(np.clip(0.05 * picture + 10 + noise, 0, 255), np.uint8) if second >= AT else picture

    told = watch(dark, AT + 80)
    assert told[-1].known and not any(things(fact) for fact in told)


def test_another_place_is_another_model_and_nothing_goes_on() -> None:
    other = np.ascontiguousarray(street()[::-1, ::-1])
    told = watch(lambda s, p: put(p) if s < AT else other, AT + 220)
    assert not told[AT + 5].known and not any(things(fact) for fact in told[AT + 60 :])
    assert told[-1].model != told[AT - 1].model


def test_each_preset_has_a_model_to_come_back_to() -> None:
    observer, other = BackgroundObserver(), np.ascontiguousarray(street()[:, ::-1])
    for second in range(WARM):
        look(observer, second, street(), "north")
    for second in range(WARM, WARM + 20):
        assert not things(look(observer, second, other, "south") or Background(False))
    for second in range(WARM + 20, WARM + 35):
        back = np.roll(street(), 2, axis=0)  # not quite
        fact = look(observer, second, put(back.copy()) if second > WARM + 22 else back, "north")
    assert fact is not None and fact.known
    (blob,) = things(fact)
    assert overlap(blob, BOX) > 0.5


def test_models_of_presets_are_bounded() -> None:
    observer = BackgroundObserver()
    for number in range(3 * MODELS):
        look(observer, number, street(), f"preset {number}")
    assert len(observer._models) == MODELS
    observer.close()
    assert not observer._models


def test_only_watched_places_are_looked_at() -> None:
    zone = np.array([(120, 70), (200, 70), (200, 130), (120, 130)], np.float64)
    observer = BackgroundObserver({"": [zone * 2]}, (640, 360))
    told = watch(lambda s, p: put(put(p), (20, 90, 40, 110), 200) if s >= AT else p, AT + 20, observer)
    (blob,) = things(told[-1])
    assert overlap(blob, BOX) > 0.6
    assert look(observer, AT + 20, street(), "?") is None, "elsewhere nothing is watched"


def test_ages_go_on_over_a_reconnect_and_do_not_count_what_nobody_saw() -> None:
    observer = BackgroundObserver()
    watch(lambda s, p: put(p) if s >= AT else p, AT + 20, observer)
    fact = look(observer, 3, put(street().copy()), epoch=1)
    assert fact is not None and 19 <= things(fact)[0].age_s <= 22
    later = look(observer, 3600, put(street().copy()), epoch=1)
    assert later is not None and things(later)[0].age_s <= 27


def test_a_picture_of_another_size_begins_anew() -> None:
    observer = BackgroundObserver()
    watch(lambda s, p: put(p) if s >= AT else p, AT + 20, observer)
    fact = look(observer, AT + 20, np.repeat(np.repeat(street(), 2, axis=0), 2, axis=1))
    assert fact is not None and not fact.known


def test_no_more_things_are_kept_than_can_be_told() -> None:
    def strewn(second: int, picture: U8) -> U8:
        for number in range(min(max(second - AT, 0) // 8 * 8, 60)):
            x, y = 10 + 30 * (number % 10), 70 + 18 * (number // 10)
            put(picture, (x, y, x + 12, y + 12), 230)
        return picture

    told = watch(strewn, AT + 90)
    assert 20 <= max(len(fact.blobs) for fact in told) <= 32
