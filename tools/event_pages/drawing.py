"""A played example as an SVG: its places, everybody's way, and where and when the rule raised its event."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from core.arrays import F64
from core.scene import Scene
from core.taxonomy import LABELS
from tools.event_pages.play import Played

STEPS_S: Final = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
MOST_DOTS: Final = 14
WIDTH: Final = 640
MARGIN: Final = 36
MOST_NAMED: Final = 2
"""Boxes that bear the name of their class."""
STYLE: Final = (
    "text{font:11px sans-serif;fill:#1f2937}.lane{fill:#d4d4d8;stroke:#fff;stroke-width:2}"
    ".arrow{stroke:#fff;stroke-width:2;fill:none}.zone{fill:#3b82f633;stroke:#2563eb}"
    ".except{fill:#16a34a33;stroke:#15803d}.line{stroke:#b45309;stroke-width:2.5;fill:none}"
    ".way{fill:none;stroke:#64748b;stroke-width:1.5}.mine{stroke:#dc2626}.later{stroke-dasharray:3 4}"
    ".box{fill:#64748b33;stroke:#475569}.boxmine{fill:#dc262633;stroke:#dc2626}.event{fill:none;stroke:#dc2626;stroke-width:3}"
)


@dataclass(frozen=True)
class Track:
    """Times (K) in seconds, feet (K, 2) and boxes (K, 4) in reference pixels."""

    number: int
    label: str
    time_s: F64
    foot: F64
    boxes: F64


def draw(played: Played) -> str:
    """The SVG; of an example without places a line of time."""
    if played.example.placeless:
        return _svg((0, 110), _timeline(played))
    scene = played.scene
    places = [*(z.polygon for z in scene.zones.values()), *(lane.polygon for lane in scene.lanes.values())]
    places += [np.array((line.start, line.end)) for line in scene.lines.values()]
    high = np.concatenate([*places, *(track.foot for track in _ways(played))])[:, 1]
    top, bottom = int(high.min()) - MARGIN, int(high.max()) + MARGIN
    return _svg((top, bottom), [*_places(scene, _excepted(played)), *_sightings(played), *_tracks(played)])


def dot_every_s(played: Played) -> float:
    """Seconds from one dot on a way to the next."""
    return next((s for s in STEPS_S if played.example.seconds / s <= MOST_DOTS), STEPS_S[-1])


def _svg(high: tuple[int, int], parts: list[str]) -> str:
    top, height = high[0], high[1] - high[0]
    box = f'viewBox="0 {top} {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {box}>'
    ground = f'<rect y="{top}" width="{WIDTH}" height="{height}" fill="#f5f5f0"/>'
    return "\n".join((head, f"<style>{STYLE}</style>", ground, *parts, "</svg>", ""))


def _excepted(played: Played) -> list[str]:
    return list(getattr(played.spec, "except_zones", ()))


def _places(scene: Scene, excepted: list[str]) -> Iterator[str]:
    for lane in scene.lanes.values():
        yield f'<polygon class="lane" points="{_points(lane.polygon)}"/>'
        yield _arrow(lane.centreline[-1] - _unit(lane.centreline[-1] - lane.centreline[0]) * 24, lane.centreline)
        yield _text(lane.polygon[0] + np.array((6, 14)), lane.label.en)
    for zone in scene.zones.values():
        style = "except" if zone.zone_id in excepted else "zone"
        yield f'<polygon class="{style}" points="{_points(zone.polygon)}"/>'
        yield _text(zone.polygon.min(axis=0) + np.array((5, 13)), zone.label.en)
    for line in scene.lines.values():
        middle, along = (line.start + line.end) / 2, _unit(line.end - line.start)
        # Forward is to the right of a walker from start to end: in a picture, whose y points down, this way.
        right = np.array((-along[1], along[0]))
        yield f'<path class="line" d="{_path(np.array((line.start, line.end)))}"/>'
        for side in (along, -along):
            yield f'<path class="line" d="{_path(np.array((middle + 14 * right, middle + 6 * right - 5 * side)))}"/>'
        yield f'<path class="line" d="{_path(np.array((middle, middle + 14 * right)))}"/>'
        yield _text(line.end + np.array((6, 10)), line.label.en)


def _sightings(played: Played) -> Iterator[str]:
    """What a second model has seen until the event."""
    if played.example.look is None:
        return
    seen = [one for second in range(int(played.at_s) + 1) for one in played.example.look(float(second)).sightings]
    for (left, top, right, bottom), class_id in {one.box: one.class_id for one in seen if one.box}.items():
        yield f'<rect class="boxmine" x="{left:g}" y="{top:g}" width="{right - left:g}" height="{bottom - top:g}"/>'
        yield _text(np.array((left, top - 4)), LABELS[class_id])


def _tracks(played: Played) -> Iterator[str]:
    event, at_s = played.event, played.at_s
    every = dot_every_s(played)
    for track in _ways(played):
        mine = track.number in event.track_ids
        style = "way mine" if mine else "way"
        until = track.time_s <= at_s + 1e-6
        for part, look in ((until, style), (~until, f"{style} later")):
            if part.sum() > 1:
                yield f'<path class="{look}" d="{_path(track.foot[part])}"/>'
        dots = np.flatnonzero(np.abs(track.time_s / every - np.rint(track.time_s / every)) < 1e-6)
        colour = "#dc2626" if mine else "#64748b"
        for x, y in dict.fromkeys((round(x), round(y)) for x, y in track.foot[dots].tolist()):
            yield f'<circle cx="{x}" cy="{y}" r="2.5" fill="{colour}"/>'
        now = np.flatnonzero(np.abs(track.time_s - at_s) < 1e-6)
        if len(now):
            left, top, right, bottom = (round(float(v), 1) for v in track.boxes[now[0]])
            look = "boxmine" if mine else "box"
            size = f'x="{left:g}" y="{top:g}" width="{right - left:g}" height="{bottom - top:g}"'
            yield f'<rect class="{look}" {size}/>'
            if mine and len(event.track_ids) <= MOST_NAMED:
                yield _text(np.array((left, top - 4)), track.label)
    if event.box is not None and not event.track_ids and played.example.look is None:
        left, top, right, bottom = (round(v, 1) for v in event.box)
        size = f'x="{left:g}" y="{top:g}" width="{right - left:g}" height="{bottom - top:g}"'
        yield f'<rect class="boxmine" {size}/>'
    if event.box is not None:
        left, top, right, bottom = event.box
        x, y = (left + right) / 2, bottom if len(event.track_ids) == 1 else (top + bottom) / 2
        yield f'<circle class="event" cx="{x:.0f}" cy="{y:.0f}" r="17"/>'
        yield _text(np.array((min(x + 21, 540.0), min(y + 30, 350.0))), f"event at {at_s:g} s")


def _ways(played: Played) -> Iterator[Track]:
    seen: dict[int, list[tuple[float, ...]]] = {}
    labels: dict[int, str] = {}
    for number, shot in enumerate(played.shots):
        tracks, foot = shot.tracks, shot.motion.foot
        for row, track in enumerate(tracks.track_id.tolist()):
            place = (*foot[row].tolist(), *tracks.xyxy[row].tolist())
            seen.setdefault(track, []).append((number / played.example.fps, *place))
            labels[track] = LABELS[int(tracks.class_id[row])]
    for track, rows in seen.items():
        table = np.array(rows)
        yield Track(track, labels[track], table[:, 0], table[:, 1:3], table[:, 3:])


def _timeline(played: Played) -> list[str]:
    frames_s, end_s = played.example.seconds, played.example.seconds + played.example.silent_s
    scale = 580 / end_s

    def x(second: float) -> int:
        return round(30 + scale * second)

    wrong_s = frames_s if played.example.wrong_s is None else played.example.wrong_s
    parts = [f'<path class="way" d="M{x(0)} 70H{x(end_s)}"/>']
    for first_s, last_s, look in ((0.0, wrong_s, "way"), (wrong_s, frames_s, "way mine")):
        ticks = " ".join(f"M{x(second)} 52V70" for second in np.arange(first_s, last_s, 1.0))
        parts += [f'<path class="{look}" d="{ticks}"/>'] if ticks else []
    since = "no frame" if wrong_s == frames_s else "as this kind says"
    parts += [_text(np.array((x(0), 44)), "frames"), _text(np.array((x(wrong_s) + 4, 44)), since)]
    parts += [_text(np.array((x(0), 88)), "0 s")]
    parts += [f'<circle class="event" cx="{x(played.at_s)}" cy="70" r="9"/>']
    parts += [_text(np.array((x(played.at_s) - 40, 98)), f"event at {played.at_s:g} s")]
    return parts


def _arrow(at: F64, way: F64) -> str:
    along = _unit(way[-1] - way[-2])
    side = np.array((-along[1], along[0]))
    return f'<path class="arrow" d="{_path(np.array((at - 8 * along + 5 * side, at, at - 8 * along - 5 * side)))}"/>'


def _unit(vector: F64) -> F64:
    return np.asarray(vector / max(float(np.hypot(*vector)), 1e-9), np.float64)


def _points(corners: F64) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in corners.tolist())


def _path(points: F64) -> str:
    whole = list(dict.fromkeys((round(x), round(y)) for x, y in points.tolist()))
    return "M" + "L".join(f"{x} {y}" for x, y in whole)


def _text(at: F64, words: str) -> str:
    return f'<text x="{at[0]:.0f}" y="{at[1]:.0f}">{words}</text>'
