"""How `matpho replay --explain` tells what the rules saw of a track."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from analytics.stories import Period, Story
from core.errors import ConfigError
from core.events import Event, Phase
from core.explanation import Reason
from core.taxonomy import LABELS
from locales import text
from matpho.cli.display import place_name
from pipeline.explain import Explanation, Heard, Sighting
from scenes.rules import AnyRuleSpec, CameraDownSpec, MeasureSpec
from scenes.scene_file import SceneFile

MOST_STEPS: Final = 40
"""Of a rule in the terminal."""
NEAREST: Final = 5
MARKS: Final = {True: ("✓", "green"), False: ("✗", "red"), None: ("·", "dim")}


def known_track(found: Explanation, path: Path) -> Explanation:
    """The explanation, if the recording has the track.

    Raises:
        ConfigError: it has not; names the nearest ids.
    """
    if found.sightings:
        return found
    if not found.known:
        raise ConfigError("error-explain-empty", path=path)
    nearest = sorted(found.known, key=lambda track: (abs(track - found.track_id), track))[:NEAREST]
    near = ", ".join(map(str, nearest))
    raise ConfigError("error-explain-track", path=path, track=str(found.track_id), count=len(found.known), near=near)


def print_story(console: Console, found: Explanation, file: SceneFile, path: Path) -> None:
    """Each rule's story as a table, what became of it below."""
    console.print(text("cli-explain-title", track=str(found.track_id), path=path), style="bold", soft_wrap=True)
    for seen in found.sightings:
        said = {"from": _clock(seen.from_ns), "to": _clock(seen.to_ns), "class": text(f"class-{LABELS[seen.class_id]}")}
        console.print(text("cli-explain-sighting", camera=seen.camera_id, **said), highlight=False, soft_wrap=True)
    for camera_id, spec, story in _stories(found, file.rules):
        events = found.events.get((camera_id, spec.rule_id), [])
        console.print()
        console.print(Text(_title(spec, file)), style="bold cyan", soft_wrap=True)
        if story is not None:
            console.print(_table(story))
        for line in _outcome(spec, story, events):
            console.print(Text(line), style="bold", soft_wrap=True)


def story_json(found: Explanation, file: SceneFile, path: Path) -> str:
    """The same as one JSON object; times are UTC, and seconds from the first frame."""
    start_ns = found.start_ns or 0
    rules = []
    for camera_id, spec, story in _stories(found, file.rules):
        events = found.events.get((camera_id, spec.rule_id), [])
        rules.append(
            {
                "camera_id": camera_id,
                "rule_id": spec.rule_id,
                "kind": spec.kind,
                "place": spec.place,
                "outcome": list(_outcome(spec, story, events)),
                "events": [_event(heard) for heard in events],
                "counted": [_iso(at_ns) for at_ns in (story.counted if story else ())],
                "nearest": None if story is None or story.nearest is None else _nearest(story, start_ns),
                "steps": [_step(period, start_ns) for period in (story.periods if story else ())],
            }
        )
    seen = [_sighting(item, start_ns) for item in found.sightings]
    whole = {"track_id": found.track_id, "tracks": str(path), "seen": seen, "rules": rules}
    return json.dumps(whole, ensure_ascii=False, indent=2)


def _stories(found: Explanation, specs: Sequence[AnyRuleSpec]) -> Iterator[tuple[str, AnyRuleSpec, Story | None]]:
    """Camera, rule and story, in the scene's order; no story where the rule is not judged."""
    for camera_id in dict.fromkeys(seen.camera_id for seen in found.sightings):
        for spec in specs:
            yield camera_id, spec, found.stories.get((camera_id, spec.rule_id))


def _title(spec: AnyRuleSpec, file: SceneFile) -> str:
    kind = text("kind-" + spec.kind.replace(".", "-"))
    if not spec.place:
        return text("cli-explain-rule-camera", kind=kind, rule=spec.rule_id)
    return text("cli-explain-rule", kind=kind, place=place_name(file.scene, spec.place), rule=spec.rule_id)


def _table(story: Story) -> Table:
    table = Table(show_header=False, box=None, padding=(0, 1))
    table.add_column(no_wrap=True, style="dim")
    table.add_column()
    table.add_column(ratio=1)
    for period in story.periods[:MOST_STEPS]:
        mark, style = MARKS[period.last.holds]
        table.add_row(_time(period), Text(mark, style=style), Text(period.said()))
    left = len(story.periods) - MOST_STEPS
    if left > 0:
        table.add_row("", "", Text(text("cli-explain-more", count=left), style="dim"))
    return table


def _outcome(spec: AnyRuleSpec, story: Story | None, events: Sequence[Heard]) -> Iterator[str]:
    """What became of it, in a sentence or several."""
    if story is None:
        # Recordings have rows where something is seen: without traffic the best camera is silent in them.
        silence = isinstance(spec, CameraDownSpec)
        yield text("explain-outcome-silence" if silence else "explain-outcome-unjudged")
        return
    for heard in events:
        name = "explain-outcome-event" if heard.named else "explain-outcome-others"
        first = heard.first
        since, at = _clock(first.started_ns), _clock(first.at_ns)
        yield text(name, event=first.event_id, since=since, at=at, end=_end(heard.last))
    if story.counted:
        moments = ", ".join(map(_clock, story.counted))
        yield text("explain-outcome-counted", count=len(story.counted), times=moments)
    elif not any(heard.named for heard in events):
        nearest = story.nearest
        if nearest is None:
            yield text("explain-outcome-held")
            return
        name = "explain-outcome-not-counted" if isinstance(spec, MeasureSpec) else "explain-outcome-none"
        yield text(name, at=_clock(nearest.at_ns), missing=nearest.missing[0].said())


def _end(event: Event) -> str:
    if event.phase is not Phase.ENDED or event.end_reason is None:
        return text("explain-outcome-open")
    return text("explain-outcome-ended", at=_clock(event.at_ns), reason=text(f"reason-{event.end_reason.value}"))


def _time(period: Period) -> str:
    first, last = _clock(period.from_ns), _clock(period.to_ns)
    return first if first == last else f"{first} – {last}"


def _clock(at_ns: int) -> str:
    at = datetime.fromtimestamp(round(at_ns / 1e8) / 10, UTC)
    return f"{at:%H:%M:%S}.{at.microsecond // 100_000}"


def _iso(at_ns: int) -> str:
    return datetime.fromtimestamp(at_ns / 1e9, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _span(from_ns: int, to_ns: int, start_ns: int) -> dict[str, object]:
    seconds = ((at_ns - start_ns) / 1e9 for at_ns in (from_ns, to_ns))
    return {"from": _iso(from_ns), "to": _iso(to_ns)} | dict(zip(("from_s", "to_s"), seconds, strict=True))


def _sighting(seen: Sighting, start_ns: int) -> dict[str, object]:
    names = {"camera_id": seen.camera_id, "track_id": seen.track_id, "class": LABELS[seen.class_id]}
    return names | _span(seen.from_ns, seen.to_ns, start_ns)


def _event(heard: Heard) -> dict[str, object]:
    event = heard.last
    return {
        "event_id": event.event_id,
        "phase": event.phase.value,
        "started": _iso(event.started_ns),
        "fired": _iso(heard.first.at_ns),
        "at": _iso(event.at_ns),
        "end_reason": event.end_reason.value if event.end_reason else None,
        "names_track": heard.named,
    }


def _nearest(story: Story, start_ns: int) -> dict[str, object]:
    nearest = story.nearest
    if nearest is None:
        return {}
    missing = [{"reason": _name(item), "said": item.said(), "values": _values(item)} for item in nearest.missing]
    return {"at": _iso(nearest.at_ns), "at_s": (nearest.at_ns - start_ns) / 1e9, "missing": missing}


def _step(period: Period, start_ns: int) -> dict[str, object]:
    values: dict[str, Any] = _values(period.last)
    for name, amount in period.first.amounts():
        values[name] |= {"first": amount.value, "low": period.low[name], "high": period.high[name]}
    said = {"holds": period.last.holds, "reason": _name(period.last), "said": period.said(), "values": values}
    return _span(period.from_ns, period.to_ns, start_ns) | said


def _values(item: Reason) -> dict[str, Any]:
    return {name: {"last": amount.value, "unit": amount.unit} for name, amount in item.amounts()}


def _name(item: Reason) -> str:
    return item.message.removeprefix("explain-")
