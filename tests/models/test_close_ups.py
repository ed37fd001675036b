"""A second look at marked zones: small objects are found, and no object twice."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from core.detections import DetectionBatch
from core.frames import FrameBatch, FrameMeta
from core.geometry import iou
from core.scene import Label, Scene, Zone
from core.taxonomy import ObjectClass
from models.close_ups import CloseUps, regions
from models.fake import FakeDetector, Seen
from models.registry import load_detector
from tests.support.surfaces import ArraySurface, batch_of, meta_of
from tests.support.videos import frames_of

NAME = Label("", "")


def scene(*boxes: tuple[float, float, float, float], size: tuple[int, int] = (400, 300), zoom: bool = True) -> Scene:
    zones = {}
    for number, (x1, y1, x2, y2) in enumerate(boxes):
        polygon = np.array([(x1, y1), (x2, y1), (x2, y2), (x1, y2)], np.float64)
        zones[f"z{number}"] = Zone(f"z{number}", NAME, polygon, zoom=zoom)
    return Scene("s", 1, size, zones)


def looked(script: dict[tuple[int, int], list[Seen]], at: Scene) -> DetectionBatch:
    """What comes of it when looks of each size show these boxes."""
    fake = FakeDetector(lambda meta: script.get((meta.width, meta.height), []))
    picture = np.zeros((300, 400, 3), np.uint8)
    return CloseUps(fake, {"cam": at}).detect(batch_of(picture))


def test_what_only_the_close_look_shows_is_found_in_source_pixels() -> None:
    at = scene((100, 100, 200, 200))
    assert regions(at, meta_of(np.zeros((300, 400, 3), np.uint8))) == [(85, 85, 215, 215)]
    found = looked({(130, 130): [Seen((10, 20, 30, 60))]}, at)
    assert found.xyxy.tolist() == [[95, 105, 115, 145]]
    assert [frame.width for frame in found.frames] == [400]


def test_an_object_seen_by_both_looks_comes_once_as_the_close_look_has_it() -> None:
    rough, sharp = Seen((96, 104, 118, 148), score=0.9), Seen((10, 20, 30, 60), score=0.6)
    found = looked({(400, 300): [rough], (130, 130): [sharp]}, scene((100, 100, 200, 200)))
    assert found.xyxy.tolist() == [[95, 105, 115, 145]]


def test_others_nearby_and_other_classes_stay() -> None:
    whole = [Seen((300, 10, 340, 90)), Seen((96, 104, 118, 148), ObjectClass.CAR, 0.8)]
    found = looked({(400, 300): whole, (130, 130): [Seen((10, 20, 30, 60), score=0.95)]}, scene((100, 100, 200, 200)))
    assert found.score.tolist() == pytest.approx([0.95, 0.9, 0.8])
    assert found.class_id.tolist() == [ObjectClass.PERSON, ObjectClass.PERSON, ObjectClass.CAR]


def test_a_box_cut_by_the_border_of_the_look_is_left_to_the_whole_picture() -> None:
    cut = [Seen((0, 20, 30, 60)), Seen((100, 20, 129, 60)), Seen((40, 100, 60, 130))]
    whole = Seen((60, 104, 118, 148))
    found = looked({(400, 300): [whole], (130, 130): cut}, scene((100, 100, 200, 200)))
    assert found.xyxy.tolist() == [[60, 104, 118, 148]]


def test_at_the_border_of_the_frame_itself_nothing_is_cut() -> None:
    at = scene((0, 0, 100, 100))
    assert regions(at, meta_of(np.zeros((300, 400, 3), np.uint8))) == [(0, 0, 115, 115)]
    assert len(looked({(115, 115): [Seen((0, 0, 30, 60))]}, at)) == 1


def test_two_looks_that_overlap_show_an_object_once() -> None:
    at = scene((100, 100, 200, 200), (120, 100, 220, 180))
    size = [(r[2] - r[0], r[3] - r[1]) for r in regions(at, meta_of(np.zeros((300, 400, 3), np.uint8)))]
    assert size == [(130, 130), (130, 104)]
    script = {(130, 130): [Seen((60, 30, 80, 70))], (130, 104): [Seen((40, 27, 60, 67))]}
    assert looked(script, at).xyxy.tolist() == [[145, 115, 165, 155]]


def test_zones_without_the_mark_cost_nothing() -> None:
    class Counting(FakeDetector):
        looks = 0

        def detect(self, frames: FrameBatch) -> DetectionBatch:
            self.looks += len(frames)
            return super().detect(frames)

    fake = Counting(lambda _meta: [])
    picture = np.zeros((300, 400, 3), np.uint8)
    CloseUps(fake, {"cam": scene((100, 100, 200, 200), zoom=False)}).detect(batch_of(picture, picture))
    assert fake.looks == 2
    CloseUps(fake, {"cam": scene((100, 100, 200, 200))}).detect(batch_of(picture, picture))
    assert fake.looks == 6


def test_a_zone_is_scaled_to_the_frame() -> None:
    small = FrameMeta("cam", 0, 0, 0, meta_of(np.zeros((3, 4, 3), np.uint8)).clock_source, 0, 0, 200, 150)
    assert regions(scene((100, 100, 200, 200)), small) == [(42, 42, 108, 108)]


def test_people_too_small_for_the_whole_picture_are_found(shared: Path) -> None:
    """A street scene that covers a fifth of the width of a large picture."""
    plaza = frames_of(shared / "video" / "pets09_s2l1.avi", (300,))[300]
    picture = np.full((1728, 2304, 3), 110, np.uint8)
    picture[600:888, 900:1284] = cv2.resize(plaza, (384, 288), interpolation=cv2.INTER_AREA)
    detector = load_detector()
    at = scene((930, 625, 1250, 860), size=(2304, 1728))
    frames = FrameBatch((meta_of(picture),), (ArraySurface(picture),))
    plain, close = detector.detect(frames), CloseUps(detector, {"cam": at}).detect(frames)
    truth = detector.detect(batch_of(plaza))
    sure = truth.xyxy[(truth.score >= 0.45) & (truth.class_id == ObjectClass.PERSON)] / 2 + (900, 600, 900, 600)
    inside = sure[(sure[:, 0] > 900) & (sure[:, 2] < 1280)]
    assert len(inside) >= 4
    seen = [float((iou(inside, batch.xyxy).max(axis=1, initial=0) >= 0.5).mean()) for batch in (plain, close)]
    assert seen[0] <= 0.25
    assert seen[1] >= 0.75
