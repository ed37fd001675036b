"""Speeds on made-up cars: right, quick to see a stop, and better than a line through the last second."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest

from benchmarks.motion.film import LASTING, QUICK, BoxNoise, camera, film, near_ends, scene
from benchmarks.motion.measure import accuracy, estimate, line
from benchmarks.motion.report import tables


@pytest.mark.parametrize("noise", [QUICK, LASTING], ids=["quick", "lasting"])
@pytest.mark.parametrize("fps", [2.0, 5.0, 10.0, 25.0])
def test_speeds_are_right_at_any_frame_rate(fps: float, noise: BoxNoise) -> None:
    found = accuracy(estimate, fps, noise, cars=30)
    assert found.still_kmh < 0.55
    assert found.still_worst_kmh < 1.5
    assert found.steady_mps < 0.2
    assert found.steady_m < 0.5
    assert found.braking_mps < 1.5
    assert found.stop_s < 0.3 + 1 / fps
    assert found.stop_slow_s < 0.9 + 1 / fps
    before = asdict(accuracy(line, fps, noise, cars=30))
    worse = {name for name, value in asdict(found).items() if value > before[name] and name != "early_mps"}
    assert not worse, "a line through the last second did better"


def test_uncertainty_is_told_as_it_is() -> None:
    """Normalised errors are a chi-square of two degrees of freedom, whose median is 1.39."""
    from trackers.world import World

    shown = film(lambda t: np.full_like(t, 8.0), 5, 10, 60, QUICK)
    world, places, speeds = World({"film": scene()}), [], []
    way = np.gradient(shown.places, shown.times, axis=0)
    for k, batch in enumerate(shown.batches):
        found = world.locate(batch)
        if shown.times[k] > 1:
            off = found.position - shown.places[k]
            places += np.einsum("ni,nij,nj->n", off, np.linalg.inv(found.position_cov), off).tolist()
            off = found.velocity - way[k]
            speeds += np.einsum("ni,nij,nj->n", off, np.linalg.inv(found.velocity_cov), off).tolist()
    # On the cautious side: box errors are taken to last longer than these do.
    assert 0.2 < np.median(places) < 1.6
    assert 0.1 < np.median(speeds) < 1.6


def test_films_show_what_they_say() -> None:
    shown = film(lambda t: np.full_like(t, 8.0), 1, 10, 3, BoxNoise(0.0, 0.0))
    ground = scene().ground
    assert ground is not None
    boxes = shown.batches[4].xyxy
    feet = np.column_stack(((boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]))
    heading = np.diff(shown.places, axis=0)[4] / 0.8
    np.testing.assert_allclose(ground.to_ground(feet)[0], near_ends(shown.places[4], heading), atol=0.01)
    half = np.linalg.norm(near_ends(shown.places[4], heading) - shown.places[4], axis=1)
    assert (half >= 0.9 - 1e-9).all() and (half <= 3.0).all(), (
        "half a width across, half a diagonal and the slant at most"
    )
    assert np.linalg.norm(np.diff(shown.places, axis=0), axis=2) == pytest.approx(0.8, rel=0.01)
    assert len(scene(12).lanes) == 12
    assert camera().shape == (3, 3)


def test_the_report_has_a_row_for_each_figure() -> None:
    row = asdict(accuracy(estimate, 5, QUICK, cars=3))
    found = {"accuracy": {"matpho quick 5": row, "line quick 5": row}, "cost_ms": {"100 tracks": 0.075}}
    table, costs = tables(found)
    assert (table.row_count, len(table.columns)) == (2, 11)
    assert list(costs.columns[2].cells) == ["0.50"]
