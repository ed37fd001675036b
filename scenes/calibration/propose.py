"""A camera proposed from its traffic, with an error that says what it is worth; or why there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from core.arrays import F64
from core.errors import ConfigError
from core.taxonomy import ObjectClass
from scenes.calibration.camera import Pinhole
from scenes.calibration.compare import difference
from scenes.calibration.fit import FOCAL_PRIOR, PITCH_RANGE, ROLL_PRIOR, Evidence, Fit, Known
from scenes.calibration.lane_width import lane_spacing
from scenes.calibration.observations import Boxes, observe
from scenes.calibration.shapes import TYPICAL, Typical
from scenes.calibration.vanishing import parallel_groups
from scenes.track_table import TrackTable

LEAST_TRACKS: Final = 10
LEAST_BOXES: Final = 30
LEAST_DEPTH: Final = 0.06
"""Spread of foot points up and down the picture, as a share of its height: less is one depth."""
MOST_ERROR: Final = 0.25
"""Scale error from which a proposal is none."""
MOST_MISFIT: Final = 0.35
"""Of the logarithm of box heights, median: road users are not so unlike their kind on flat ground."""
RESAMPLES: Final = 20


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """What traffic says about the camera.

    Attributes:
        along_error, across_error: standard errors of the scale away from the camera and across, as shares.
        error_m: median error of a position relative to the others.
        tracks: whose boxes were used, by class.
        roads: straight ways that share a direction, by direction.
        lane_m: distance between lanes as found before it was set to what a person gave; None: not asked or not clear.
    """

    camera: Pinhole
    along_error: float
    across_error: float
    error_m: float
    tracks: Mapping[ObjectClass, int]
    roads: tuple[int, ...]
    lane_m: float | None = None

    @property
    def scale_error(self) -> float:
        """The larger of the two."""
        return max(self.along_error, self.across_error)


def propose(
    table: TrackTable,
    *,
    known: Sequence[Known] = (),
    lane_width_m: float | None = None,
    typical: Mapping[ObjectClass, Typical] = TYPICAL,
    resamples: int = RESAMPLES,
) -> Proposal:
    """The camera over flat ground that explains the traffic best.

    The scale rests on the typical sizes, unless a known distance or a lane width is given. The error is the spread over
    bootstrap samples of the tracks, in each of which the typical sizes, the focal length's and the roll's usual values
    are shifted by as much as they are doubtful.

    Raises:
        ConfigError: there is too little traffic, it is all at one depth or place, its boxes do not grow towards the
            camera, do not fit flat ground, or leave the scale open by more than a quarter.
    """
    boxes, ways = observe(table)
    _refuse_poor(table, boxes)
    evidence = _grouped(Evidence(table.size, boxes, ways, parallel_groups(ways), typical, tuple(known)))
    fit = Fit(evidence)
    x, _ = fit.best()
    misfit = float(np.median(np.abs(fit.height_misfit(x))))
    if misfit > MOST_MISFIT or not PITCH_RANGE[0] * 1.01 < x[1] < PITCH_RANGE[1] * 0.99:
        raise ConfigError("error-calibration-no-horizon")
    camera, lane_m = _scaled(fit, x, evidence, lane_width_m)
    errors = [
        difference(camera.ground, other.ground, boxes.foot)
        for other in _resampled(evidence, x, lane_width_m, resamples)
    ]
    spread = np.sqrt(np.mean([(e.along**2, e.across**2) for e in errors], axis=0))
    if not spread.max() < MOST_ERROR:
        raise ConfigError("error-calibration-unsure", percent=round(100 * float(spread.max())))
    _, first = np.unique(boxes.track, return_index=True)
    kinds, counts = np.unique(boxes.class_id[first], return_counts=True)
    return Proposal(
        camera,
        float(spread[0]),
        float(spread[1]),
        float(np.median([e.position_m for e in errors])),
        {ObjectClass(int(k)): int(n) for k, n in zip(kinds, counts, strict=True)},
        tuple(np.bincount(evidence.group[evidence.group >= 0]).tolist()),
        lane_m,
    )


def _refuse_poor(table: TrackTable, boxes: Boxes) -> None:
    tracks = len(np.unique(boxes.track))
    if tracks < LEAST_TRACKS or len(boxes) < LEAST_BOXES:
        found = {"tracks": tracks, "boxes": len(boxes), "of": len(np.unique(table.track_id))}
        raise ConfigError("error-calibration-few", **found, least=LEAST_TRACKS, least_boxes=LEAST_BOXES)
    low, high = np.quantile(boxes.foot, (0.05, 0.95), axis=0)
    wide, deep = (high - low) / np.array(table.size)
    if deep < LEAST_DEPTH:
        raise ConfigError("error-calibration-place" if wide < LEAST_DEPTH else "error-calibration-depth")
    if _growth(boxes) <= 0:
        raise ConfigError("error-calibration-no-horizon")


def _growth(boxes: Boxes) -> float:
    """How boxes of one class grow down the picture: the slope of the logarithm of their heights."""
    rise, run = 0.0, 0.0
    for kind in np.unique(boxes.class_id):
        mine = boxes.class_id == kind
        y = boxes.foot[mine, 1] - boxes.foot[mine, 1].mean()
        rise += float(y @ np.log(boxes.high[mine]))
        run += float(y @ y)
    return rise / max(run, 1e-12)


def _grouped(evidence: Evidence) -> Evidence:
    """The evidence without roads where those that were found contradict the boxes."""
    if not (evidence.group >= 0).any():
        return evidence
    without = replace(evidence, group=np.full(len(evidence.group), -1, np.int64))
    guided, free = Fit(evidence), Fit(without)
    x, _ = guided.best(steps=15)
    y, _ = free.best(steps=15)
    return evidence if free.cost(x) < 1.5 * free.cost(y) + 20 else without


def _scaled(fit: Fit, x: F64, evidence: Evidence, lane_width_m: float | None) -> tuple[Pinhole, float | None]:
    camera = fit.camera(x)
    if lane_width_m is None:
        return camera, None
    boxes, ways, group = evidence.boxes, evidence.ways, evidence.group
    found = lane_spacing(fit.middles(x), boxes, ways, group, camera.ground, lane_width_m)
    if found is None:
        return camera, None
    return replace(camera, height_m=camera.height_m * lane_width_m / found), found


def _resampled(evidence: Evidence, x: F64, lane_width_m: float | None, times: int) -> list[Pinhole]:
    rng = np.random.default_rng(0)
    boxes, ways = evidence.boxes, evidence.ways
    most = 1 + max(int(boxes.track.max(initial=0)), int(ways.track.max(initial=0)))
    used = np.union1d(boxes.track, ways.track)
    found = []
    for _ in range(times):
        drawn = np.bincount(rng.choice(used, len(used)), minlength=most).astype(np.float64)
        changed = replace(
            evidence,
            box_weight=drawn[boxes.track],
            way_weight=drawn[ways.track],
            typical={kind: _doubted(one, rng) for kind, one in evidence.typical.items()},
            focal_mean=FOCAL_PRIOR[0] + rng.normal(0, FOCAL_PRIOR[1]),
            roll_mean=rng.normal(0, ROLL_PRIOR),
        )
        fit = Fit(changed)
        best, _ = fit.descend(x, 10)
        found.append(_scaled(fit, best, changed, lane_width_m)[0])
    return found


def _doubted(one: Typical, rng: np.random.Generator) -> Typical:
    length, width, height = np.exp(rng.normal(0, one.doubt, 3)).tolist()
    return replace(one, length_m=one.length_m * length, width_m=one.width_m * width, height_m=one.height_m * height)
