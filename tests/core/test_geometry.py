"""Plane geometry against slow, obvious references."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st

from core.geometry import covered, foot_points, inside, iou, project, signed_distance

NUMBER = st.floats(-1000, 1000, allow_nan=False, width=32)
POINT = st.tuples(NUMBER, NUMBER)


@given(st.lists(st.tuples(NUMBER, NUMBER, st.floats(1, 500, width=32), st.floats(1, 500, width=32)), max_size=6))
def test_iou_is_that_of_shapely(boxes: list[tuple[float, float, float, float]]) -> None:
    xyxy = np.array([(x, y, x + w, y + h) for x, y, w, h in boxes], np.float32).reshape(-1, 4)
    shapes = [shapely.box(float(a), float(b), float(c), float(d)) for a, b, c, d in xyxy]
    expected = [[a.intersection(b).area / a.union(b).area for b in shapes] for a in shapes]
    assert np.allclose(iou(xyxy, xyxy), np.array(expected).reshape(len(boxes), len(boxes)), atol=1e-3)


def test_iou_of_degenerate_boxes_is_nothing() -> None:
    flat = np.array([[5, 5, 5, 9], [9, 9, 1, 1]], np.float32)
    assert iou(flat, flat).tolist() == covered(flat, flat).tolist() == [[0.0, 0.0], [0.0, 0.0]]


def test_who_covers_a_box_may_be_larger() -> None:
    boxes = np.array([[0, 0, 10, 10], [5, -5, 45, 45]], np.float32)
    assert covered(boxes, boxes).tolist() == [[1.0, 0.5], [np.float32(50 / 2_000), 1.0]]


@given(st.lists(POINT, min_size=3, max_size=8), st.lists(POINT, min_size=1, max_size=10))
def test_inside_is_that_of_shapely_away_from_the_border(
    corners: list[tuple[float, float]], points: list[tuple[float, float]]
) -> None:
    polygon = shapely.Polygon(corners)
    assume(polygon.is_valid and polygon.area > 1)
    found = inside(np.array(points), np.array(corners))
    for point, said in zip(points, found, strict=True):
        if polygon.exterior.distance(shapely.Point(point)) > 1e-3:
            assert said == polygon.contains(shapely.Point(point))


def test_a_point_on_a_shared_border_is_inside_one_of_two_zones_not_both() -> None:
    left = np.array([(0, 0), (10, 0), (10, 10), (0, 10)], np.float64)
    right = left + np.array([10.0, 0.0])
    points = np.array([(10.0, y) for y in range(1, 10)])
    assert (inside(points, left).astype(int) + inside(points, right).astype(int) == 1).all()


def test_the_right_hand_of_a_walker_is_positive() -> None:
    up = np.array([(5.0, 10.0), (5.0, 0.0)])
    assert signed_distance(np.array([(8.0, 5.0), (1.0, 5.0)]), *up).tolist() == [3.0, -4.0]


@given(st.lists(POINT, min_size=1, max_size=10))
def test_a_homography_and_its_inverse_lead_back(points: list[tuple[float, float]]) -> None:
    matrix = np.array([[0.02, 0.001, -6.0], [0.0, 0.05, 0.0], [0.0, 0.0001, 1.0]])
    there, valid = project(matrix, np.array(points))
    assert valid.all()
    back, _ = project(np.linalg.inv(matrix), there)
    assert np.allclose(back, points, atol=1e-3)


def test_foot_points_of_no_boxes() -> None:
    assert foot_points(np.zeros((0, 4), np.float32)).shape == (0, 2)
