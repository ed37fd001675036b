"""What everything keeps to that tells where a camera looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from core.arrays import U8
from core.frames import MOVING, ClockSource, FrameMeta, Look
from core.protocols import Viewpoint
from core.scene import Label, Preset, Scene
from models.viewpoint.fake import FakeViewpoint
from models.viewpoint.pictures import PictureViewpoint
from pipeline.onvif.ptz import PtzService
from pipeline.onvif.soap import OnvifClient
from pipeline.onvif.viewpoint import OnvifViewpoint
from pipeline.onvif.watch import PtzWatch
from pipeline.sources.surfaces import ArraySurface
from pipeline.viewpoint import ViewMarker

SIZE = (320, 180)


def street(seed: int = 0) -> U8:
    """Something to recognise."""
    coarse = np.random.default_rng(seed).integers(0, 255, (18, 32, 3), np.uint8)
    return np.asarray(np.kron(coarse, np.ones((10, 10, 1), np.uint8)), np.uint8)


def by_pictures() -> PictureViewpoint:
    return PictureViewpoint({"home": [street()]}, SIZE)


def by_word(pictures: Viewpoint | None = None) -> OnvifViewpoint:
    """Of a camera that does not answer."""
    presets = {"home": Preset("home", Label("home", "home"), Scene("home", 1, SIZE), (), "home", (0.0, 0.0, 0.0))}
    return OnvifViewpoint(PtzWatch(PtzService(OnvifClient("http://127.0.0.1:9/onvif")), presets), pictures)


MAKERS: dict[str, Callable[[], Viewpoint]] = {
    "pictures": by_pictures,
    "no picture": lambda: PictureViewpoint({}, SIZE),
    "word": by_word,
    "both": lambda: by_word(by_pictures()),
    "fake": lambda: FakeViewpoint(lambda frame: Look("home", still=True)),
}


@pytest.fixture(params=MAKERS)
def viewpoint(request: pytest.FixtureRequest) -> Viewpoint:
    return MAKERS[request.param]()


def frame(seq: int, *, epoch: int = 0, size: tuple[int, int] = SIZE) -> FrameMeta:
    ns = seq * 100_000_000
    return FrameMeta("cam", epoch, seq, ns, ClockSource.FILE, 0, ns, *size)


PICTURES = {
    "street": street(),
    "black": np.zeros((180, 320, 3), np.uint8),
    "noise": np.random.default_rng(1).integers(0, 255, (180, 320, 3), np.uint8),
    "large": np.tile(street(), (6, 6, 1)),
    "upright": np.ascontiguousarray(np.rot90(street())),
    "tiny": np.zeros((2, 3, 3), np.uint8),
}


def test_any_picture_shows_a_known_preset_or_none(viewpoint: Viewpoint) -> None:
    for number, picture in enumerate(list(PICTURES.values()) * 4):
        height, width = picture.shape[:2]
        look = viewpoint.look(frame(number, epoch=number % 3, size=(width, height)), ArraySurface(picture))
        assert look.view in ("home", MOVING)
        assert look.view == MOVING or look.still
        assert 0 <= look.score <= 1


def test_the_surface_is_left_as_it_was(viewpoint: Viewpoint) -> None:
    picture = street()
    surface = ArraySurface(picture)
    for number in range(6):
        viewpoint.look(frame(number), surface)
    assert np.array_equal(surface.to_host(), street())


def test_a_clock_that_goes_back_or_stands_is_no_trouble(viewpoint: Viewpoint) -> None:
    surface = ArraySurface(street())
    for seq, ns in enumerate([0, 10**9, 10**9, 5 * 10**8, 0, 2 * 10**9, 2 * 10**18]):
        assert viewpoint.look(replace(frame(seq), media_ns=ns), surface).view in ("home", MOVING)


def test_it_may_be_closed_before_any_look_and_twice(viewpoint: Viewpoint) -> None:
    viewpoint.close()
    viewpoint.close()


def test_what_fails_shows_no_preset_and_frames_go_on() -> None:
    def fails(shown: FrameMeta) -> Look:
        if shown.seq in (1, 2):
            raise RuntimeError("broken")
        return Look("home", still=True)

    marker = ViewMarker(FakeViewpoint(fails))
    marked = [marker.mark(frame(seq), ArraySurface(street())) for seq in range(4)]
    assert [m.view for m in marked] == ["home", MOVING, MOVING, "home"] and marker.view == "home"
    assert [replace(m, view="") for m in marked] == [frame(seq) for seq in range(4)]
