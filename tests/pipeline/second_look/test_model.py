"""A larger model looks at the place of an event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from core.events import Event, EventKind, Says
from core.findings import EvidenceRequest
from core.frames import ClockSource, FrameMeta
from core.taxonomy import ObjectClass
from models.fake import FakeDetector, Seen
from pipeline.second_look.alerts import Crop
from pipeline.second_look.crops import crop_of
from pipeline.second_look.model import ModelVerifier
from pipeline.sources.surfaces import ArraySurface
from scenes.scene_file import empty_scene
from tests.support.incidents import an_event_of

BOX = (40.0, 40.0, 120.0, 100.0)
CAR = replace(an_event_of(EventKind.STOPPED_VEHICLE, 0, track_ids=(3,)), class_ids=(int(ObjectClass.CAR),), box=BOX)
CROP = Crop(np.zeros((160, 200, 3), np.uint8), BOX)


def look(seen: Sequence[Seen], event: Event = CAR, crop: Crop = CROP) -> Says:
    return ModelVerifier("large", FakeDetector(lambda _frame: seen)).look(event, crop, 1.0)[0]


@pytest.mark.parametrize(
    ("seen", "says"),
    [
        ([Seen((42, 38, 118, 102), ObjectClass.CAR, 0.8)], Says.CONFIRMED),
        ([Seen((42, 38, 118, 102), ObjectClass.TRUCK, 0.8)], Says.CONFIRMED),
        ([Seen((42, 38, 118, 102), ObjectClass.CAR, 0.2)], Says.UNSURE),
        ([Seen((42, 38, 118, 102), ObjectClass.PERSON, 0.9)], Says.UNSURE),
        ([Seen((150, 100, 200, 160), ObjectClass.CAR, 0.9)], Says.REJECTED),
        ([], Says.REJECTED),
    ],
    ids=["there", "called otherwise", "faint", "another thing", "elsewhere", "nothing"],
)
def test_what_it_sees_at_the_place_decides(seen: list[Seen], says: Says) -> None:
    assert look(seen) is says


def test_what_is_too_small_to_be_found_is_not_rejected() -> None:
    small = (40.0, 40.0, 56.0, 52.0)
    assert look([], replace(CAR, box=small), Crop(CROP.picture, small)) is Says.UNSURE


def test_the_crop_shows_the_place_and_what_is_around_at_the_frame_s_own_resolution() -> None:
    picture = np.zeros((720, 1280, 3), np.uint8)
    picture[200:260, 400:480] = 255
    scene = empty_scene("cam", 640, 360)
    event = replace(CAR, box=(200.0, 100.0, 240.0, 130.0))
    meta = FrameMeta("cam", 0, 0, 0, ClockSource.FILE, 0, 0, 1280, 720)
    crop = crop_of(EvidenceRequest(event, meta, "x.jpg"), ArraySurface(picture), scene)
    left, top, right, bottom = (round(v) for v in crop.box)
    assert (right - left, bottom - top) == (80, 60)
    assert crop.picture[top:bottom, left:right].min() == 255
    assert crop.picture.shape[0] >= 60 + 2 * 80 and crop.picture.shape[1] >= 80 + 2 * 80
    whole = crop_of(EvidenceRequest(replace(event, box=None), meta, "x.jpg"), ArraySurface(picture), scene)
    assert whole.picture.shape == picture.shape
    edge = replace(CAR, box=(0.0, 0.0, 30.0, 20.0))
    corner = crop_of(EvidenceRequest(edge, meta, "x.jpg"), ArraySurface(picture), scene)
    assert corner.box[:2] == (0.0, 0.0)
