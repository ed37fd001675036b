"""From tracks in pixels to motion on the ground."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import structlog

from core.arrays import F64, I64
from core.frames import ClockSource, FrameMeta
from core.motion import Motion
from core.scene import Scene
from core.taxonomy import TWO_WHEELERS, VEHICLES, ObjectClass
from core.tracks import TrackBatch
from core.traffic import SIZES_M
from trackers.batches import plain, time_order
from trackers.kernels.footprint import Moved
from trackers.kernels.ground import Filters, Noise, locate
from trackers.kernels.kalman import STEP
from trackers.kernels.projection import View
from trackers.lanes import LaneMap
from trackers.params import TrackerParams

log = structlog.get_logger()

KINDS: Final[F64] = plain(
    np.array(
        [
            # walk, sigma, tau, begins, lasts, speed, size
            (0.02, 1.2, 0.8, 6.0, 1.5, 3.0, 1.7),
            (0.01, 2.0, 1.2, 8.0, 2.5, 8.0, 1.8),
            (0.01, 2.5, 1.5, 8.0, 2.5, 15.0, 3.0),
        ]
    )
)
"""What is expected of people and animals, of two-wheelers, of other vehicles.

Of the steady filter: density of white acceleration, m²/s³. Of the other: acceleration, root mean square, m/s², and for
how long it lasts, s. How long a road user stays steady, and how long not, s. How fast it may be when first seen, m/s.
Length of the longer side of its box, m: its scale where nothing else is known.
"""
BOX_ERROR: Final = 0.045
LEAST_ERROR_PX: Final = 0.5
"""Standard deviation of a foot point: so much of the longer side of its box, and at least so many pixels."""
NEAR_EDGE: Final = TrackerParams().edge_share
CUT: Final = 2.0
"""A box so near to the picture's edge, as a share of its side, may be cut there; its foot is then uncertain by so much
of its longer side that way."""
GATE: Final = 30.0
"""Squared standard deviations from which a place cannot be the track's; the second in a row begins it anew."""
FAR: Final = 500.0
"""From here on the first does: the track has jumped."""
HOLD_S: Final = 0.12
"""Time constant with which a young velocity is held to zero: 0.2 of it is told after 0.06 s, 0.98 after 0.24 s."""
CLEAR: Final = 9.21
"""Chi² of two degrees of freedom that 1 % exceed."""
RIDDEN: Final = (20 / 3.6, 0.2, 1.0)
"""m/s and s: a person who was so fast for so long rides something that the detector misses. Sprinters are as fast.

For less than the longer time he may seem so who comes in over the picture's edge, shows his feet, or takes a number
over: he is taken to ride for that time on, and for good only if it lasts."""
COARSEST_M_PER_PX: Final = 5.0
"""Near the horizon a pixel spans more ground than a position there is worth: beyond this it does not hold."""
LEAST_ROOM: Final = 16
NO_GROUND: Final[F64] = plain(np.zeros((3, 3)))
NO_LENS: Final[F64] = plain(np.zeros(9))
NO_SCALE: Final[F64] = plain(np.ones(2))


def _kind_of_class() -> I64:
    kinds = np.zeros(len(ObjectClass), np.int64)
    kinds[[int(item) for item in VEHICLES - TWO_WHEELERS]] = 2
    kinds[[int(item) for item in TWO_WHEELERS]] = 1
    return plain(kinds)


def _sizes() -> F64:
    sizes = np.zeros((len(ObjectClass), 2))
    for item, size in SIZES_M.items():
        sizes[item] = size
    return plain(sizes)


def _filters(room: int) -> Filters:
    whole, real = np.zeros(room, np.int64), np.zeros(room)
    return Filters(
        whole,
        whole.copy(),
        real.copy(),
        real,
        whole.copy(),
        np.zeros(room, np.bool_),
        np.zeros((room, 1)),
        np.full(room, np.nan),
        np.full(room, np.nan),
        np.full(room, np.nan),
        np.zeros((room, 2, 6)),
        np.zeros((room, 2, 6, 6)),
    )


class _Camera:
    """The filters of the tracks of one epoch and view."""

    def __init__(self, frame: FrameMeta) -> None:
        self.part, self.now_ns = (frame.epoch, frame.view), frame.media_ns
        self.count = 0
        self.filters = _filters(LEAST_ROOM)

    def make_room(self, more: int) -> None:
        need, room = self.count + more, len(self.filters.ids)
        if need > room or room > max(8 * need, LEAST_ROOM):
            wider = _filters(max(2 * need, LEAST_ROOM))
            for old, new in zip(self.filters, wider, strict=True):
                new[: self.count] = old[: self.count]
            self.filters = wider

    def pass_time(self, now_ns: int) -> int:
        """Media time of a frame; it stands still where a source's clock goes back."""
        self.now_ns = max(now_ns, self.now_ns)
        return self.now_ns


class World:
    """Where tracks stand and how fast they move, by the scenes of their cameras.

    Foot points are scaled from source pixels to the scene's reference size; a camera without a scene keeps its pixels.
    Metres hold (`valid`) where the scene has a ground, the foot point is below the horizon, and a pixel there spans at
    most `COARSEST_M_PER_PX`.

    Each track has one estimator (`kernels.kalman`), on the ground where metres hold, else in the picture. A place is as
    uncertain as its foot point is in pixels, carried to the ground: far ones more, and along the view most; where the
    picture's edge may cut the box, far more that way (`CUT`). A place
    that cannot be the track's is left out once; the next begins the estimate anew, and a jump is never a speed. Rows
    of coasting tracks are predicted and correct nothing.

    The lower edge of a vehicle's box is where its nearest corner stands. Its foot and position are moved from there to
    the middle of its footprint, away from the camera by half of what the usual size of its class
    (`core.traffic.SIZES_M`) spans in that direction at its heading; at the mean over all headings while that is not
    known. Filters know nothing of it, so that a new heading is no motion.

    A velocity is exactly zero at the track's first frame, meaning unknown, and is held towards zero until it has been
    seen for about 0.3 s (`HOLD_S`): slowness is to be judged over time. State is kept for each (camera, epoch, track),
    and freed when the track or epoch ends.
    """

    def __init__(self, scenes: Mapping[str, Scene]) -> None:
        self._scenes = scenes
        self._cameras: dict[str, _Camera] = {}
        self._lanes: dict[str, tuple[Scene, LaneMap]] = {}
        self._views: dict[str, tuple[Scene | None, tuple[int, int], View]] = {}
        self._noise = Noise(
            KINDS,
            _kind_of_class(),
            _sizes(),
            BOX_ERROR,
            LEAST_ERROR_PX,
            NEAR_EDGE,
            CUT,
            GATE,
            FAR,
            HOLD_S,
            CLEAR,
            RIDDEN,
            np.full((len(KINDS), STEP), -1.0),
            np.zeros((2, 6, 6)),
        )
        # Compiled here, not at the first frame.
        self.locate(TrackBatch.empty((FrameMeta("", 0, 0, 0, ClockSource.FILE, 0, 0, 1, 1),)))
        self.forget("")
        LaneMap.compile()

    def locate(self, tracks: TrackBatch) -> Motion:
        """The motion of all tracks of a batch, row by row."""
        m = len(tracks)
        moved = Moved(
            np.zeros((m, 2), np.float32),
            np.zeros((m, 2), np.float32),
            np.zeros((m, 2)),
            np.zeros((m, 2)),
            np.zeros(m, np.bool_),
            np.zeros((m, 2)),
            np.zeros((m, 2, 2)),
            np.zeros((m, 2, 2)),
            np.zeros(m, np.float32),
            np.zeros(m, np.bool_),
        )
        lane, along, lane_speed = np.full(m, -1, np.int16), np.zeros(m), np.zeros(m)
        ids, classes = plain(tracks.track_id), plain(tracks.class_id)
        boxes, states = plain(tracks.xyxy), plain(tracks.state)
        for index in time_order(tracks.frames):
            frame, rows = tracks.frames[index], tracks.rows(index)
            camera = self._camera(frame)
            camera.make_room(rows.stop - rows.start)
            here = Moved._make(column[rows] for column in moved)
            camera.count = locate(
                camera.filters,
                camera.count,
                camera.pass_time(frame.media_ns),
                self._view(frame),
                self._noise,
                (ids[rows], classes[rows], boxes[rows], states[rows], plain(tracks.ended(index))),
                here,
            )
            lanes = self._lane_map(frame)
            if lanes is not None:
                lanes.place(*here[:5], (lane[rows], along[rows], lane_speed[rows]))
        return Motion(*moved[:5], lane, along, lane_speed, *moved[5:])

    def forget(self, camera_id: str) -> None:
        """Free the state of a camera that is gone."""
        self._cameras.pop(camera_id, None)
        self._lanes.pop(camera_id, None)
        self._views.pop(camera_id, None)

    def _camera(self, frame: FrameMeta) -> _Camera:
        camera = self._cameras.get(frame.camera_id)
        if camera is None or camera.part != (frame.epoch, frame.view):
            # What ended at this frame was of the epoch or view before, all of which goes.
            camera = self._cameras[frame.camera_id] = _Camera(frame)
        return camera

    def _scene(self, frame: FrameMeta) -> Scene | None:
        scene = self._scenes.get(frame.camera_id)
        return None if scene is None else scene.at(frame.view)

    def _lane_map(self, frame: FrameMeta) -> LaneMap | None:
        scene = self._scene(frame)
        if scene is None or not scene.lanes:
            return None
        known = self._lanes.get(frame.camera_id)
        if known is None or known[0] is not scene:
            known = self._lanes[frame.camera_id] = scene, LaneMap(scene)
        return known[1]

    def _view(self, frame: FrameMeta) -> View:
        """Made once for each scene and size of picture."""
        scene, size = self._scene(frame), (frame.width, frame.height)
        known = self._views.get(frame.camera_id)
        if known is not None and known[0] is scene and known[1] == size:
            return known[2]
        view = View(plain(np.array(size, np.float64)), NO_SCALE, NO_GROUND, NO_LENS, COARSEST_M_PER_PX)
        if scene is not None:
            width, height = scene.reference_size
            view = view._replace(scale=plain(np.array((width / frame.width, height / frame.height))))
            if scene.ground is not None:
                view = view._replace(matrix=plain(scene.ground.matrix))
                if scene.ground.lens is not None:
                    view = view._replace(lens=plain(scene.ground.lens.numbers))
            marked = scene.zones or scene.lines or scene.lanes or scene.ground
            if marked and not scene.has_shape(size):
                log.warning("scene_of_another_shape", camera_id=frame.camera_id, picture=size, scene=(width, height))
        self._views[frame.camera_id] = scene, size, view
        return view
