"""A larger model looks at the place of an event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from core.events import Event, EventKind, Says
from core.findings import EvidenceRequest, Findings
from core.frames import ClockSource, FrameBatch, FrameMeta
from core.scene import Label, Preset
from core.taxonomy import ObjectClass
from models.fake import FakeDetector, Seen
from pipeline.hand_on import HandOn
from pipeline.second_look.alerts import Alerts, Crop, SecondLook
from pipeline.second_look.crops import crop_of
from pipeline.second_look.model import ModelVerifier
from pipeline.sources.surfaces import ArraySurface
from scenes.scene_file import empty_scene
from tests.support.incidents import an_event_of
from tests.support.waiting import eventually

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


LEFT, RIGHT = (40.0, 40.0, 70.0, 120.0), (130.0, 60.0, 160.0, 140.0)
TWO = replace(
    an_event_of(EventKind.PEDESTRIAN, 0, track_ids=(3, 4)),
    class_ids=(int(ObjectClass.PERSON),) * 2,
    box=(40.0, 40.0, 160.0, 140.0),
)


@pytest.mark.parametrize(
    ("seen", "says"),
    [
        ([Seen(LEFT, ObjectClass.PERSON, 0.95), Seen(RIGHT, ObjectClass.PERSON, 0.95)], Says.CONFIRMED),
        ([Seen(LEFT, ObjectClass.PERSON, 0.95)], Says.CONFIRMED),
        ([Seen(RIGHT, ObjectClass.PERSON, 0.95)], Says.CONFIRMED),
        ([Seen((30, 30, 170, 150), ObjectClass.PERSON, 0.95)], Says.CONFIRMED),
        ([Seen(RIGHT, ObjectClass.PERSON, 0.2)], Says.UNSURE),
        ([Seen(RIGHT, ObjectClass.CAR, 0.95)], Says.UNSURE),
        ([Seen((150, 120, 180, 180), ObjectClass.PERSON, 0.95)], Says.REJECTED),
        ([], Says.REJECTED),
    ],
    ids=["both", "one", "the other", "both as one", "faint", "another thing", "mostly beside", "nothing"],
)
def test_of_several_one_in_their_common_box_is_enough(seen: list[Seen], says: Says) -> None:
    assert TWO.box is not None
    assert look(seen, TWO, Crop(np.zeros((180, 200, 3), np.uint8), TWO.box)) is says


def test_of_one_something_small_within_its_box_is_not_enough() -> None:
    assert look([Seen((60, 60, 80, 80), ObjectClass.CAR, 0.9)]) is Says.REJECTED


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


@pytest.mark.parametrize("shift", [(40.0, 30.0), (-40.0, -30.0)])
def test_the_crop_of_a_picture_that_has_moved_shows_what_the_event_is_of(shift: tuple[float, float]) -> None:
    meta = FrameMeta("cam", 0, 0, 0, ClockSource.FILE, 0, 0, 1280, 720, shift_px=shift)
    scene = empty_scene("cam", 1280, 720)
    x, y = round(shift[0]), round(shift[1])
    for box in ((400, 200, 480, 260), (20, 10, 90, 70), (1200, 650, 1270, 710)):
        picture = np.zeros((720, 1280, 3), np.uint8)
        picture[max(box[1] + y, 0) : box[3] + y, max(box[0] + x, 0) : box[2] + x] = 255
        event = replace(CAR, box=box)
        crop = crop_of(EvidenceRequest(event, meta, "x.jpg"), ArraySurface(picture), scene)
        left, top, right, bottom = (round(v) for v in crop.box)
        shown = crop.picture[top:bottom, left:right]
        assert shown.size and shown.min() == 255, "it alone"
        assert np.count_nonzero(crop.picture) == shown.size, "and all of it"


def test_the_crop_of_a_turning_camera_is_cut_by_the_scene_of_its_preset() -> None:
    picture = np.zeros((720, 1280, 3), np.uint8)
    picture[200:260, 400:480] = 255
    preset = Preset("north", Label("north", "north"), empty_scene("cam", 1280, 720))
    scene = replace(empty_scene("cam", 640, 360), presets={"north": preset})
    meta = FrameMeta("cam", 0, 0, 0, ClockSource.FILE, 0, 0, 1280, 720, view="north")
    event = replace(CAR, box=(400.0, 200.0, 480.0, 260.0))
    seen: list[Crop] = []

    class Seeing:
        name = "model:seeing"

        def look(self, event: Event, crop: Crop, within_s: float) -> tuple[Says, str]:
            seen.append(crop)
            return Says.CONFIRMED, ""

    alerts = Alerts(lambda _records: None, SecondLook(Seeing(), (event.kind.value,)))
    found = Findings(events=(event,), evidence=(EvidenceRequest(event, meta, "x.jpg"),))
    HandOn({"cam": scene}, alerts.publish, alerts=alerts).findings(found, FrameBatch((meta,), (ArraySurface(picture),)))
    eventually(lambda: bool(seen))
    alerts.close()
    left, top, right, bottom = (round(v) for v in seen[0].box)
    assert seen[0].picture[top:bottom, left:right].min() == 255
