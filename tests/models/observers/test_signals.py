"""Lamps in pictures: which are lit, by day, by night, without colours, hidden, small, shifted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import cv2
import numpy as np
import pytest

from core.arrays import U8
from core.frames import MOVING, ClockSource, FrameMeta
from core.observations import SignalReading
from core.scene import Label, Lamp, Preset, Scene, Signal
from core.signals import LampColour, SignalState, Told
from models.observers.glimpse import SurfaceGlimpse
from models.observers.signals import SignalObserver
from pipeline.sources.surfaces import ArraySurface

SIZE = (640, 360)
TENTH = 100_000_000
RED, AMBER, GREEN = LampColour.RED, LampColour.AMBER, LampColour.GREEN
LIGHT: Mapping[LampColour, tuple[int, int, int]] = {RED: (50, 50, 250), AMBER: (40, 170, 255), GREEN: (170, 230, 40)}
LENS: Mapping[LampColour, tuple[int, int, int]] = {RED: (28, 28, 60), AMBER: (25, 45, 60), GREEN: (50, 60, 25)}


def square(x: float, y: float, half: float = 6.0) -> np.ndarray:
    return np.array([(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)])


LAMPS = (Lamp(RED, square(106, 56)), Lamp(AMBER, square(106, 70)), Lamp(GREEN, square(106, 84)))
ARROW = Lamp(GREEN, square(120, 84), "right", ("a",))
NAME = Label("s", "s")


def scene_of(*lamps: Lamp, **more: Signal) -> Scene:
    return Scene("x", 1, SIZE, signals={"s": Signal("s", NAME, lamps or LAMPS, lanes=("a",)), **more})


def street(seed: int = 3) -> U8:
    rng = np.random.default_rng(seed)
    coarse = cv2.resize(rng.integers(60, 190, (18, 32, 3), np.uint8), SIZE, interpolation=cv2.INTER_CUBIC)
    picture = np.asarray(coarse, np.uint8)
    picture[46:94, 96:130] = 30
    return picture


def shown(*lit: LampColour, arrow: bool = False, picture: U8 | None = None) -> U8:
    """The street with its signal."""
    found = street() if picture is None else picture.copy()
    for lamp in (*LAMPS, ARROW):
        left, top = lamp.polygon.min(axis=0).astype(int)
        colour = (LIGHT if (arrow if lamp is ARROW else lamp.colour in lit) else LENS)[lamp.colour]
        cv2.circle(found, (int(left) + 6, int(top) + 6), 6, colour, -1)
    return found


def frame(seq: int, size: tuple[int, int] = SIZE, **more: object) -> FrameMeta:
    ns = seq * TENTH
    return replace(FrameMeta("cam", 0, seq, ns, ClockSource.FILE, 0, ns, *size), **more)  # type: ignore[arg-type]


def look(
    picture: U8 | Callable[[int], U8], scene: Scene | None = None, looks: int = 5, **more: object
) -> SignalReading:
    """What is told of the first signal after some looks."""
    observer, found = SignalObserver(scene or scene_of()), None
    for seq in range(looks):
        here = picture(seq) if callable(picture) else picture
        meta = frame(seq, (here.shape[1], here.shape[0]), **more)
        found = observer.look(SurfaceGlimpse(meta, ArraySurface(here)))
    assert found is not None
    return found.readings[0]


STATES: dict[tuple[LampColour, ...], SignalState] = {
    (RED,): SignalState.RED,
    (AMBER,): SignalState.AMBER,
    (GREEN,): SignalState.GREEN,
}
CHANGES: dict[str, Callable[[U8], U8]] = {
    "day": lambda p: p,
    "grey": lambda p: np.repeat(cv2.cvtColor(p, cv2.COLOR_BGR2GRAY)[..., None], 3, axis=2),
    "dim": lambda p: np.asarray(cv2.convertScaleAbs(p, alpha=0.5), np.uint8),
    "overexposed": lambda p: np.asarray(cv2.convertScaleAbs(p, alpha=1.8), np.uint8),
    "night": lambda p: np.asarray(np.where(p > 220, p, p // 8), np.uint8),
    "interlaced": lambda p: np.asarray(np.where((np.arange(360) % 2 == 0)[:, None, None], p, p // 3), np.uint8),
    "blurred": lambda p: np.asarray(cv2.GaussianBlur(p, (0, 0), 2.5), np.uint8),
    "half the size": lambda p: np.asarray(cv2.resize(p, (320, 180), interpolation=cv2.INTER_AREA), np.uint8),
    "three times the size": lambda p: np.asarray(cv2.resize(p, (1920, 1080), interpolation=cv2.INTER_CUBIC), np.uint8),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("lit", STATES)
def test_the_lit_lamp_tells(lit: tuple[LampColour, ...], change: str) -> None:
    told = look(CHANGES[change](shown(*lit)), looks=14 if lit == (AMBER,) else 5)  # amber might flash
    assert told.state is STATES[lit] and 0 < told.confidence <= 1


def test_without_colours_the_place_tells_and_is_less_sure() -> None:
    assert look(CHANGES["grey"](shown(RED))).confidence < look(shown(RED)).confidence


@pytest.mark.parametrize("paint", [(250, 250, 250), (40, 40, 220), (90, 200, 60), (30, 160, 230), (20, 20, 20)])
@pytest.mark.parametrize("change", ["day", "grey"])
def test_a_bus_before_all_lamps_is_no_state(paint: tuple[int, int, int], change: str) -> None:
    picture = shown(RED)
    picture[20:120, 60:160] = paint
    assert look(CHANGES[change](picture)).state is SignalState.UNKNOWN


@pytest.mark.parametrize("paint", [(245, 245, 245), (150, 150, 150)])
def test_a_white_bus_before_some_lamps_is_not_their_light(paint: tuple[int, int, int]) -> None:
    picture = shown(GREEN)
    picture[20:77, 60:160] = paint  # red and amber hidden
    assert look(picture).state in (SignalState.UNKNOWN, SignalState.GREEN)


def test_all_dark_is_unknown() -> None:
    assert look(shown()) == SignalReading("s", SignalState.UNKNOWN, 0, 0.0)


def test_impossible_lamps_at_once_are_no_state_and_red_with_amber_is_one() -> None:
    assert look(shown(RED, GREEN)).state is SignalState.UNKNOWN
    assert look(shown(RED, AMBER)).state is SignalState.RED_AMBER


def test_an_arrow_is_lit_beside_the_full_lamps() -> None:
    with_arrow = scene_of(*LAMPS, ARROW)
    told = look(shown(RED, arrow=True), with_arrow)
    assert (told.state, told.arrows) == (SignalState.RED, ("right",))
    assert look(shown(RED), with_arrow).arrows == ()
    told = look(lambda n: shown(RED, arrow=n < 5), with_arrow, looks=20)
    assert told.arrows == ()


def test_where_the_camera_has_moved_the_lamps_are_sought_there() -> None:
    moved = np.roll(shown(RED), (9, 14), axis=(0, 1))
    assert look(moved, shift_px=(14.0, 9.0)).state is SignalState.RED
    assert look(np.roll(shown(GREEN), (1, 1), axis=(0, 1))).state is SignalState.GREEN


def test_too_small_or_outside_is_unknown_and_says_so() -> None:
    tiny = cv2.resize(shown(RED), (32, 18), interpolation=cv2.INTER_AREA)
    assert look(np.asarray(tiny, np.uint8)).state is SignalState.UNKNOWN
    assert look(shown(RED), shift_px=(-300.0, 0.0)).state is SignalState.UNKNOWN


def test_the_time_of_the_change_is_that_of_the_first_look_that_showed_it() -> None:
    told = look(lambda n: shown(AMBER if n < 20 else RED), looks=30)
    assert (told.state, told.changed_ns) == (SignalState.RED, 20 * TENTH)


def test_another_epoch_or_size_goes_on_and_another_view_begins_anew() -> None:
    scene = replace(scene_of(), signals={}, presets={"n": Preset("n", NAME, scene_of())})
    observer = SignalObserver(scene)
    picture = ArraySurface(shown(RED))
    assert observer.look(SurfaceGlimpse(frame(0, view=MOVING), picture)) is None
    for seq in range(1, 4):
        told = observer.look(SurfaceGlimpse(frame(seq, view="n"), picture))
    assert told is not None and told.readings[0].state is SignalState.RED
    assert observer.look(SurfaceGlimpse(frame(4, view=MOVING), picture)) is None
    told = observer.look(SurfaceGlimpse(frame(5, view="n"), picture))
    assert told is not None and told.readings[0].state is SignalState.UNKNOWN
    large = ArraySurface(CHANGES["three times the size"](shown(RED)))
    for seq in range(6, 9):
        told = observer.look(SurfaceGlimpse(frame(seq, (1920, 1080), view="n"), large))
    assert told is not None and told.readings[0].state is SignalState.RED


class Feed:
    """Tells of one signal alone."""

    def __init__(self, told: Told) -> None:
        self.told = told

    def at(self, name: str, at_ns: int) -> Told | None:
        return self.told if name == "J1" else None


def test_what_a_controller_tells_is_as_late_as_the_clock_may_be_wrong() -> None:
    scene = Scene(
        "x", 1, SIZE, signals={n: Signal(n, NAME, feed=f, lanes=("a",)) for n, f in (("a", "J1"), ("b", "J2"))}
    )
    feed = Feed(Told(SignalState.RED, 10 * TENTH, 20 * TENTH))
    observer, surface = SignalObserver(scene, feed), ArraySurface(shown())
    told = observer.look(SurfaceGlimpse(frame(30, clock_error_ns=2 * TENTH), surface))
    assert told is not None
    assert [(r.signal_id, r.state, r.changed_ns) for r in told.readings] == [
        ("a", SignalState.RED, 12 * TENTH),
        ("b", SignalState.UNKNOWN, 30 * TENTH),
    ]
    told = observer.look(SurfaceGlimpse(frame(3000), surface))
    assert told is not None and told.readings[0].state is SignalState.UNKNOWN, "told too long ago"
    silent = SignalObserver(scene).look(SurfaceGlimpse(frame(0), surface))
    assert silent is not None and {r.state for r in silent.readings} == {SignalState.UNKNOWN}
