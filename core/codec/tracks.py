"""Tracks that ended, and tracks frame by frame, to and from plain JSON values."""

from __future__ import annotations

from typing import Any

from core.codec.fields import WRONG
from core.records import FrameObject, FrameTracks, TrackSummary
from core.taxonomy import LABELS, class_of
from core.times import time_ns, time_text


def track_to_dict(value: TrackSummary) -> dict[str, Any]:
    """A track summary as JSON values."""
    return {
        "camera_id": value.camera_id,
        "epoch": value.epoch,
        "track_id": value.track_id,
        "class": LABELS[value.class_id],
        "started": time_text(value.started_ns),
        "ended": time_text(value.ended_ns),
        "path": [[round(x * 10) / 10, round(y * 10) / 10] for x, y in value.path],
        "observed": value.observed,
        "mean_speed_mps": None if value.mean_speed_mps is None else round(value.mean_speed_mps, 3),
        "view": value.view,
        "schema_version": value.schema_version,
    }


def track_from_dict(value: dict[str, Any]) -> TrackSummary:
    """The track summary that `track_to_dict` wrote.

    Raises:
        ValueError: a field is missing or wrong.
    """
    try:
        return TrackSummary(
            camera_id=str(value["camera_id"]),
            epoch=int(value["epoch"]),
            track_id=int(value["track_id"]),
            class_id=int(class_of(value["class"])),
            started_ns=time_ns(value["started"]),
            ended_ns=time_ns(value["ended"]),
            path=tuple((float(x), float(y)) for x, y in value["path"]),
            observed=int(value["observed"]),
            mean_speed_mps=None if value["mean_speed_mps"] is None else float(value["mean_speed_mps"]),
            view=str(value.get("view", "")),
            schema_version=int(value["schema_version"]),
        )
    except WRONG as error:
        raise ValueError(f"not a track summary: {type(error).__name__} {error}") from error


def frame_to_dict(value: FrameTracks) -> dict[str, Any]:
    """The tracks of a frame as JSON values."""
    return {
        "camera_id": value.camera_id,
        "epoch": value.epoch,
        "seq": value.seq,
        "at": time_text(value.at_ns),
        "objects": [_object_row(thing) for thing in value.objects],
        "schema_version": value.schema_version,
    }


def frame_from_dict(value: dict[str, Any]) -> FrameTracks:
    """The tracks of a frame that `frame_to_dict` wrote.

    Raises:
        ValueError: a field is missing or wrong.
    """
    try:
        return FrameTracks(
            camera_id=str(value["camera_id"]),
            epoch=int(value["epoch"]),
            seq=int(value["seq"]),
            at_ns=time_ns(value["at"]),
            objects=tuple(_object_from(row) for row in value["objects"]),
            schema_version=int(value["schema_version"]),
        )
    except WRONG as error:
        raise ValueError(f"not the tracks of a frame: {type(error).__name__} {error}") from error


def _object_row(value: FrameObject) -> list[Any]:
    pairs = [None if pair is None else list(pair) for pair in (value.direction, value.ground, value.position)]
    return [value.track_id, LABELS[value.class_id], value.confidence, list(value.box), value.speed_mps, *pairs]


def _object_from(row: list[Any]) -> FrameObject:
    track_id, label, confidence, (left, top, right, bottom), speed, *pairs = row
    direction, ground, position = (None if pair is None else (float(pair[0]), float(pair[1])) for pair in pairs)
    return FrameObject(
        int(track_id),
        int(class_of(label)),
        float(confidence),
        (float(left), float(top), float(right), float(bottom)),
        None if speed is None else float(speed),
        direction,
        ground,
        position,
    )
