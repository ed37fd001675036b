"""One self-contained HTML file of what a store holds: alerts with pictures, paths, counts, speeds, measurements."""

from __future__ import annotations

import base64
import statistics
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

import structlog
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from console.charts import PALETTE, Bars, bars
from console.figures import number, speed_text
from console.summary import fitting_step
from console.views import Views, kind_name
from core.errors import ConfigError, ConsoleError
from core.events import Event
from core.off_rules import OffRule, told_off
from core.records import Measurement, TrackSummary
from core.sentences import duration
from core.taxonomy import LABELS
from core.times import SECOND_NS
from evidence.drawing import CLASS_COLOURS
from evidence.folder import place, write_atomically
from locales import Language, text
from locales import language as language_in_force
from store.event_store import EventStore
from store.records import EventQuery

log = structlog.get_logger()

MOST_EVENTS: Final = 200
"""Alerts shown with their pictures; charts count up to `MOST_COUNTED`."""
MOST_COUNTED: Final = 20_000
MOST_PATHS: Final = 1_500
MOST_MEASUREMENTS: Final = 400
MOST_PICTURE_BYTES: Final = 24_000_000

_HERE: Final = Path(__file__).parent


def write_report(
    store: EventStore,
    evidence: Path,
    out: Path,
    *,
    language: Language | None = None,
    title: str | None = None,
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> Path:
    """Write the report of what happened in [since_ns, until_ns) UTC to `out`, whole or not at all; returns `out`.

    Raises:
        StoreError: the store cannot be read.
        ConsoleError: the file cannot be written.
    """
    chosen = language or language_in_force()
    report = _Report(store, evidence, chosen, since_ns, until_ns)
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = "".join(path.read_text("utf-8") for path in (_HERE / "static/tokens.css", _HERE / "templates/report.css"))
    page = environment.get_template("report.html.j2").render(
        t=lambda name, **values: text(f"report-{name}", chosen, **values),
        language=chosen,
        title=title or text("report-title", chosen),
        style=Markup(style),  # noqa: S704  our own file
        **report.parts(),
    )
    try:
        write_atomically(out, page.encode())
    except OSError as error:
        raise ConsoleError("error-report-unwritable", path=out, reason=error.strerror or error) from error
    return out


@dataclass(slots=True)
class _Pictures:
    """Pictures of the evidence folder as data URIs, up to a number of bytes in all."""

    folder: Path
    room: int = MOST_PICTURE_BYTES
    left_out: int = 0
    _known: dict[str, str | None] = field(default_factory=dict)

    def embedded(self, path: str) -> str | None:
        """The picture, None when it is not there or there is no more room."""
        if path not in self._known:
            self._known[path] = self._read(path)
        return self._known[path]

    def _read(self, path: str) -> str | None:
        try:
            file = place(self.folder, path)
            if not file.is_file():
                return None
            if file.stat().st_size > self.room:
                self.left_out += 1
                return None
            content = file.read_bytes()
        except (ConfigError, OSError) as error:
            log.warning("report_picture_unreadable", path=path, error=str(error))
            return None
        self.room -= len(content)
        return "data:image/jpeg;base64," + base64.b64encode(content).decode()


class _Report:
    """Reads the store once, and says what the template shows."""

    def __init__(
        self, store: EventStore, evidence: Path, language: Language, since_ns: int | None, until_ns: int | None
    ) -> None:
        self._language = language
        self._views = Views(store, evidence, language)
        self._pictures = _Pictures(evidence)
        query = EventQuery(since_ns=since_ns, until_ns=until_ns, limit=MOST_COUNTED)
        self._events = store.events.find(query)
        self._total = store.events.count(query)
        self._tracks = store.traffic.tracks(since_ns=since_ns, until_ns=until_ns, limit=MOST_COUNTED)
        self._measurements = store.traffic.measurements(since_ns=since_ns, until_ns=until_ns)
        self._run = store.runs.last()

    def parts(self) -> Mapping[str, Any]:
        """Values for the template."""
        paths, run = self._paths(), {} if self._run is None else self._run.summary
        shown = [self._event(event) for event in self._events[:MOST_EVENTS]]
        return {
            "made": _moment(datetime.now().astimezone()),
            "period": self._period(),
            "figures": self._figures(),
            "off": told_off([OffRule.of(one) for one in run.get("off", ())], self._language),
            "events": shown,
            "events_left_out": self._total - len(shown),
            "paths": paths,
            "kind_bars": self._kind_bars(),
            "class_bars": self._class_bars(),
            "counted": MOST_COUNTED if max(self._total, len(self._tracks)) >= MOST_COUNTED else None,
            "speeds": self._speeds(),
            "measurements": [self._measurement(m) for m in reversed(self._measurements[-MOST_MEASUREMENTS:])],
            "measurements_left_out": max(0, len(self._measurements) - MOST_MEASUREMENTS),
            "pictures_left_out": self._pictures.left_out,
            "picture_limit": MOST_PICTURE_BYTES // 1_000_000,
            "evidence": self._pictures.folder,
            "zone": _zone(),
            "version": _version(),
        }

    def _period(self) -> dict[str, str] | None:
        times = [ns for e in self._events for ns in (e.started_ns, e.at_ns)]
        times += [ns for t in self._tracks for ns in (t.started_ns, t.ended_ns)]
        times += [ns for m in self._measurements for ns in (m.start_ns, m.end_ns)]
        if not times:
            return None
        return {"from": _moment(_local(min(times))), "to": _moment(_local(max(times))), "zone": _zone()}

    def _figures(self) -> list[tuple[str, str]]:
        run = {} if self._run is None else self._run.summary
        speed, media = run.get("speed"), run.get("media_s")
        unknown = text("report-not-known", self._language)
        return [
            ("alerts", number(self._total, self._language, 0)),
            ("tracks", number(len(self._tracks), self._language, 0)),
            ("frames", number(run["frames"], self._language, 0) if "frames" in run else unknown),
            ("video", duration(media, self._language) if media is not None else unknown),
            ("rate", f"× {number(speed, self._language)}" if speed is not None else unknown),
            ("dropped", number(run["dropped"], self._language, 0) if "dropped" in run else unknown),
        ]

    def _event(self, event: Event) -> dict[str, Any]:
        embedded = (self._pictures.embedded(picture.path) for picture in reversed(event.pictures))
        return self._views.event(event) | {
            "embedded": next((picture for picture in embedded if picture is not None), None),
            "when": _moment(_local(event.started_ns)),
        }

    def _paths(self) -> list[dict[str, Any]]:
        """For each camera, and each view of a turning one: its picture, the paths of its tracks in reference pixels."""
        cameras: dict[tuple[str, str], list[TrackSummary]] = defaultdict(list)
        for track in self._tracks:
            if track.path:
                cameras[track.camera_id, track.view].append(track)
        return [self._camera_paths(*key, tracks) for key, tracks in sorted(cameras.items())]

    def _camera_paths(self, camera_id: str, view: str, tracks: Sequence[TrackSummary]) -> dict[str, Any]:
        record = self._views.scenes.record(camera_id)
        drawn = tracks[:MOST_PATHS]
        if record is None:
            width = max(x for t in drawn for x, _ in t.path) + 10
            height = max(y for t in drawn for _, y in t.path) + 10
        else:
            width, height = record.reference_size
        path = None if record is None else record.picture_of(view)
        classes = Counter(track.class_id for track in tracks)
        return {
            "camera_id": camera_id,
            "name": " · ".join(name for name in (camera_id, self._views.scenes.view_name(camera_id, view)) if name),
            "size": (width, height),
            "picture": None if path is None else self._pictures.embedded(path),
            "scene": self._views.scenes.drawing(camera_id, view),
            "count": len(tracks),
            "drawn": len(drawn),
            "lines": [(_points(track.path), _class_colour(track.class_id), track.path[-1]) for track in drawn],
            "legend": [(self._class_name(c), _class_colour(c), count) for c, count in classes.most_common()],
        }

    def _kind_bars(self) -> Bars | None:
        kinds = sorted({event.kind.value for event in self._events})
        series = {
            kind_name(kind, self._language): (
                PALETTE[index % len(PALETTE)],
                [event.started_ns for event in self._events if event.kind.value == kind],
            )
            for index, kind in enumerate(kinds)
        }
        return bars(series, self._step_s([e.started_ns for e in self._events]), self._language)

    def _class_bars(self) -> Bars | None:
        series = {
            self._class_name(c): (_class_colour(c), [t.started_ns for t in self._tracks if t.class_id == c])
            for c in sorted({t.class_id for t in self._tracks})
        }
        return bars(series, self._step_s([t.started_ns for t in self._tracks]), self._language)

    def _step_s(self, starts: Sequence[int]) -> int:
        return fitting_step(max(starts) - min(starts)) if starts else 60

    def _speeds(self) -> list[dict[str, str]]:
        """Median and 85th percentile of the tracks' mean speeds, by class; the latter is the traffic engineer's."""
        measured: dict[int, list[float]] = defaultdict(list)
        for track in self._tracks:
            if track.mean_speed_mps is not None:
                measured[track.class_id].append(track.mean_speed_mps)
        return [
            {
                "class": self._class_name(class_id),
                "count": number(len(values), self._language, 0),
                "median": speed_text(statistics.median(values), self._language),
                "fast": speed_text(_quantile(values, 0.85), self._language),
            }
            for class_id, values in sorted(measured.items())
        ]

    def _measurement(self, value: Measurement) -> dict[str, str]:
        start, end = _local(value.start_ns), _local(value.end_ns)
        counts = ", ".join(
            f"{text(f'class-{name}', self._language)} {count}" for name, count in value.counts.items() if count
        )
        speed, inside = value.mean_speed_mps, value.occupancy
        return {
            "camera": value.camera_id,
            "place": self._views.scenes.where(value.camera_id, value.place, value.view),
            "direction": text(f"direction-{value.direction}", self._language) if value.direction else "",
            "interval": f"{start:%Y-%m-%d %H:%M:%S} – {end:%H:%M:%S}",
            "counts": counts or "0",
            "speed": "–" if speed is None else speed_text(speed, self._language),
            "inside": "–" if inside is None else number(inside, self._language),
        }

    def _class_name(self, class_id: int) -> str:
        return text(f"class-{LABELS[class_id]}", self._language)


def _local(ns: int) -> datetime:
    return datetime.fromtimestamp(ns / SECOND_NS).astimezone()


def _moment(value: datetime) -> str:
    return f"{value:%Y-%m-%d %H:%M:%S}"


def _zone() -> str:
    offset = f"{datetime.now().astimezone():%z}"
    return f"UTC{offset[:3]}:{offset[3:]}"


def _points(path: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.0f},{y:.0f}" for x, y in path)


def _class_colour(class_id: int) -> str:
    blue, green, red = CLASS_COLOURS[class_id % len(CLASS_COLOURS)]
    return f"#{red:02x}{green:02x}{blue:02x}"


def _quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    position = share * (len(ordered) - 1)
    low = int(position)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (position - low)


def _version() -> str:
    try:
        return version("matpho")
    except PackageNotFoundError:
        return ""
