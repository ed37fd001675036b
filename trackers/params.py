"""The tracker's parameters: one set for all cameras, in shares of an object's size, of scores, and seconds."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields

import numpy as np

from core.arrays import AnyArray


@dataclass(frozen=True, slots=True)
class TrackerParams:
    """What the tracker believes of objects and detectors; docs/tracking.md has what each brought.

    Lengths are shares of the box's longer side. `gate` is likeness (`kernels.likeness.pairs`): about the
    intersection over union.

    Attributes:
        place_noise: standard deviation of a detected centre (DeepSORT's 1/20, more as detectors' errors last).
        size_noise: of a detected width or height.
        acceleration: root of the spectral density, sides/s^1.5. A walker has 0.3 (0.5 m/s² at 1.7 m), a braking car of
            4.5 m about 0.5.
        start_rate: standard deviation of a new track's velocity, sides/s: people run at 2, cars pass at 3.
        size_walk: change of width and height, sides/s^0.5.
        edge_share: a box so near to the picture's edge, in shares of its side, may be cut there.
        cover_noise: the noise of a wholly covered box is 1 + this times as large (variance).
        buffer: boxes grow by this share of their own width and height on each side before they are compared.
        place_weight, height_weight, hidden_weight: of place, of unlike heights, of being covered, beside the overlap.
        look_weight: of appearance, where detections have one.
        size_gate: standard deviations of the logarithm of height beyond which nothing fits.
        gate: least likeness of a track and a detection.
        lost_cost: likeness lost by each second of a gap, up to one.
        weak_score: share of the typical score of a camera's tracks up to which a detection is no evidence of a track;
            from there its worth rises to 1 at the typical score (`kernels.scores`).
        evidence: a track is confirmed with so much: two typical detections, or more poor ones.
        moved_hits, moved_sides: or it is confirmed when seen so often and come so far from where it began, in its box's
            longer sides, whatever its scores: what goes its way is there. 0 sides: never.
        moved_seen: and in this share of the frames since it began: what flickers is not there.
        part_share: but not while so much of the smaller box is shared with a confirmed track: a detector may see one
            object twice.
        part_s, inside_share: from so long after it began, seen beside it, on only where so much is shared: what a
            detector sees twice lies within the whole, or is gone sooner (0.3 s in the mean, benchmarks' noise levels).
        tentative_s: a track not confirmed ends when unseen for so long and for more than a frame.
        expected_s: the same of one seen more than once where it is known how one goes on from there.
        live_s: a track unseen for less is as good as seen; `lost_s`: one unseen for more ends.
        left_s: the same for one that was leaving by the picture's edge.
        coast_s, coast_cover: a confirmed track is given out while unseen for so long, if so much of it is covered.
        detection_share: weight of the detection in a box given out; the filter has the rest.
    """

    place_noise: float = 0.08
    size_noise: float = 0.09
    acceleration: float = 0.3
    start_rate: float = 1.0
    size_walk: float = 0.12
    edge_share: float = 0.06
    cover_noise: float = 10.0
    buffer: float = 0.1
    place_weight: float = 0.35
    height_weight: float = 0.4
    hidden_weight: float = 0.35
    look_weight: float = 0.5
    size_gate: float = 4.0
    gate: float = 0.25
    lost_cost: float = 0.1
    weak_score: float = 0.6
    evidence: float = 1.9
    moved_hits: float = 5.0
    moved_sides: float = 0.5
    moved_seen: float = 0.7
    part_share: float = 0.3
    inside_share: float = 0.8
    part_s: float = 1.0
    tentative_s: float = 0.3
    expected_s: float = 0.7
    live_s: float = 0.3
    lost_s: float = 2.0
    left_s: float = 0.2
    coast_s: float = 0.3
    coast_cover: float = 0.7
    detection_share: float = 0.4

    def record(self) -> AnyArray:
        """As an array of one record, which compiled code reads."""
        dtype = np.dtype([(field.name, np.float64) for field in fields(self)])
        return np.array([astuple(self)], dtype)
