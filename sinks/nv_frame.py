"""The tracks of a frame as protobuf, by the schema of NVIDIA Metropolis: consumers written for it read this too.

nv.Frame: version 1, id 2, timestamp 3, sensorId 4, objects 5. nv.Object: id 1, bbox 2, type 3, confidence 4, speed 10,
dir 11, coordinate 12, location 13. Speeds are metres a second, directions unit vectors east and north, coordinates
metres. The wire format is https://protobuf.dev/programming-guides/encoding/; the few fields used need no library.
"""

from __future__ import annotations

import struct
from typing import Final

from core.records import FrameObject, FrameTracks
from core.taxonomy import LABELS

VERSION: Final = "4.0"
SCHEMA: Final = """\
syntax = "proto3";
package nv;
import "google/protobuf/timestamp.proto";
message Frame {
  string version = 1;
  string id = 2;
  google.protobuf.Timestamp timestamp = 3;
  string sensorId = 4;
  repeated Object objects = 5;
}
message Object {
  string id = 1;
  Bbox bbox = 2;
  string type = 3;
  float confidence = 4;
  float speed = 10;
  repeated float dir = 11;
  Coordinate coordinate = 12;
  Location location = 13;
}
message Bbox { float leftX = 1; float topY = 2; float rightX = 3; float bottomY = 4; }
message Coordinate { double x = 1; double y = 2; double z = 3; }
message Location { double lat = 1; double lon = 2; double alt = 3; }
"""
"""The fields that are filled, for those who have no schema of their own."""
_BOX = struct.Struct("<BfBfBfBf")
_PAIR = struct.Struct("<BdBd")
_FLOAT, _DOUBLE, _BYTES = 5, 1, 2
"""Wire types: 32 bits, 64 bits, length-delimited."""


def nv_frame(frame: FrameTracks) -> bytes:
    """A serialized nv.Frame.

    Raises:
        ValueError: the camera's name is not Unicode.
    """
    return b"".join(
        (
            _text(1, VERSION),
            _text(2, f"{frame.epoch}:{frame.seq}"),
            _bytes(3, _timestamp(frame.at_ns)),
            _text(4, frame.camera_id),
            *(_bytes(5, _object(thing, frame.epoch)) for thing in frame.objects),
        )
    )


def _object(thing: FrameObject, epoch: int) -> bytes:
    left, top, right, bottom = thing.box
    box = _BOX.pack(_tag(1, _FLOAT), left, _tag(2, _FLOAT), top, _tag(3, _FLOAT), right, _tag(4, _FLOAT), bottom)
    parts = [
        _text(1, f"{epoch}:{thing.track_id}"),
        _bytes(2, box),
        _text(3, LABELS[thing.class_id]),
        struct.pack("<Bf", _tag(4, _FLOAT), thing.confidence),
    ]
    if thing.speed_mps is not None:
        parts.append(struct.pack("<Bf", _tag(10, _FLOAT), thing.speed_mps))
    if thing.direction is not None:
        parts.append(_bytes(11, struct.pack("<2f", *thing.direction)))
    if thing.ground is not None:
        parts.append(_bytes(12, _pair(*thing.ground)))
    if thing.position is not None:
        longitude, latitude = thing.position
        parts.append(_bytes(13, _pair(latitude, longitude)))
    return b"".join(parts)


def _pair(first: float, second: float) -> bytes:
    return _PAIR.pack(_tag(1, _DOUBLE), first, _tag(2, _DOUBLE), second)


def _timestamp(ns: int) -> bytes:
    seconds, rest = divmod(ns, 1_000_000_000)
    return bytes((_tag(1, 0),)) + _varint(seconds) + bytes((_tag(2, 0),)) + _varint(rest)


def _tag(number: int, kind: int) -> int:
    return number << 3 | kind


def _text(number: int, value: str) -> bytes:
    return _bytes(number, value.encode())


def _bytes(number: int, value: bytes) -> bytes:
    return bytes((_tag(number, _BYTES),)) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    made = bytearray()
    while value > 0x7F:
        made.append(value & 0x7F | 0x80)
        value >>= 7
    made.append(value)
    return bytes(made)
