"""One page for each kind of event, and the table of all in docs/events.md."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any, Final

from benchmarks.events.kinds import case_of
from core.codec.records import record_to_dict
from core.events import EventKind
from core.kinds import KINDS, MEASURES_OF, Datex, Sharing
from core.taxonomy import LABELS
from locales import Language, text
from scenes.rules import SPECS, AnyRuleSpec
from sinks.kafka.settings import TOPIC
from tools.event_pages.drawing import dot_every_s
from tools.event_pages.photographed import PHOTOGRAPHED, UNPHOTOGRAPHED
from tools.event_pages.play import Example, Played

UNITS: Final = {
    "_lengths_per_s": "box lengths/s", "_per_m2": "/m²", "_mps2": "m/s²", "_kmh": "km/h", "_deg": "°", "_px": "px",
    "_m": "m", "_s": "s",
}  # fmt: skip
"""By how a parameter's name ends, longest first."""
SHARED: Final = {
    Sharing.TRAFFIC: "tells of traffic as a whole, of nobody in it",
    Sharing.SAFETY: "a danger that somebody must act on; its picture may show people and plates",
    Sharing.CONDUCT: "what one person or vehicle did: personal data",
    Sharing.OPERATION: "the equipment alone",
}


def page(kind: str, played: Played | None) -> str:
    """The page of a kind; `played` is None where no rule raises it."""
    parts = [f"# {name(kind, 'en')} · {name(kind, 'vi')}", f"`{kind}`"]
    parts += [definition(kind, "en"), f"*{definition(kind, 'vi')}*"]
    spec = SPECS.get(kind)
    if spec is None:
        parts.append("**No rule raises it yet.** It is named here because the city asks for it.")
    else:
        parts += [
            _photograph(kind),
            _drawing(kind, played),
            _notes(spec),
            "## Parameters",
            _parameters(spec),
            "## Measures",
            _measures(kind),
        ]
        parts += [] if played is None else _example(played)
    parts += ["## As data", _facts(kind, spec)]
    return "\n\n".join(part for part in parts if part) + "\n"


def index() -> str:
    """The table of all kinds."""
    rows = ["| kind | | | severity | |", "| --- | --- | --- | --- | --- |"]
    for kind in KINDS:
        spec = SPECS.get(kind)
        severity = "no rule yet" if spec is None else _plain(spec.model_fields["severity"].default)
        names = f"[{kind}](events/{kind}.md) | {name(kind, 'en')} | {name(kind, 'vi')}"
        rows.append(f"| {names} | {severity} | {definition(kind, 'en')} |")
    return "\n".join(rows)


def name(kind: str, language: Language) -> str:
    """What operators call it."""
    return text(f"kind-{kind.replace('.', '-')}", language)


def definition(kind: str, language: Language) -> str:
    """In one sentence, with the defaults of its rule."""
    spec = SPECS.get(kind)
    fields = {} if spec is None else spec.model_fields
    numbers = {key: f.default for key, f in fields.items() if isinstance(f.default, (int, float))}
    whole = {key: int(v) if float(v).is_integer() else v for key, v in numbers.items()}
    return text(f"definition-{kind.replace('.', '-')}", language, **whole)


def _photograph(kind: str) -> str:
    """A real picture and what was put into it, or why there is none."""
    said = PHOTOGRAPHED.get(EventKind(kind))
    if said is None:
        return UNPHOTOGRAPHED.get(EventKind(kind), "")
    return f"![{name(kind, 'en')}: evidence of an event]({kind}.jpg)\n\n{said}"


def _drawing(kind: str, played: Played | None) -> str:
    if played is None:
        return ""
    if played.example.placeless:
        what = "silence" if played.example.wrong_s is None else "from when on the camera is so"
        return f"![Frames, {what}, and when the event is raised]({kind}.svg)"
    if played.example.look is not None:
        alt = f"{name(kind, 'en')}: the zone, what a second model has seen, and where the event is raised"
        return f"![{alt}]({kind}.svg)"
    caption = (
        f"The example below, drawn from what the rule made of it: seen from above, 10 pixels to a metre, a dot each "
        f"{dot_every_s(played):g} s. Red: whose event it is, and where it is raised; broken: what they do after that."
    )
    return f"![{name(kind, 'en')}: places, ways, and where the event is raised]({kind}.svg)\n\n{caption}"


def _notes(spec: type[AnyRuleSpec]) -> str:
    return inspect.cleandoc(spec.__doc__ or "").partition("\n\n")[2]


def _parameters(spec: type[AnyRuleSpec]) -> str:
    rows = ["| parameter | default | unit | meaning |", "| --- | --- | --- | --- |"]
    for key, field in spec.model_fields.items():
        if key in ("kind", "id"):
            continue
        default = "**required**" if field.is_required() else _plain(field.default)
        rows.append(f"| `{key}` | {default} | {_unit(key)} | {field.description} |")
    return "\n".join(rows)


def _plain(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(f"`{v}`" for v in value)
    if isinstance(value, str):
        return f"`{value}`"
    return f"{value:g}" if isinstance(value, (int, float)) else ""


def _unit(key: str) -> str:
    return next((unit for end, unit in UNITS.items() if key.endswith(end)), "")


def _measures(kind: str) -> str:
    doc = inspect.cleandoc(MEASURES_OF[EventKind(kind)].__doc__ or "")
    lead, _, attributes = doc.partition("Attributes:\n")
    parts = (line.partition(":") for line in attributes.splitlines())
    items = ["- `" + names.strip().replace(", ", "`, `") + f"`:{said}" for names, _, said in parts]
    return "\n\n".join(part for part in (lead.strip(), "\n".join(items)) if part)


def _example(played: Played) -> Iterator[str]:
    yield "## Example"
    yield f"```yaml\n{played.example.scene.rstrip()}\n```"
    if played.example.wrong_s is not None:
        yield _told(played.example, played.example.wrong_s, played.at_s)
    yield f"After {played.at_s:g} s an operator reads:"
    yield f"> {played.said('en')}\n>\n> {played.said('vi')}"
    if played.before:
        yield "and [matpho replay --explain](../explain.md) would have said of its first track one frame earlier:"
        yield "\n".join(f"- {_mark(item.holds)} {item.said('en')}" for item in played.before)
    value: dict[str, Any] = record_to_dict(played.event)
    yield f"```json\n{_json(value)}\n```"


def _told(example: Example, wrong_s: float, at_s: float) -> str:
    """What the rule hears of the camera when its event is raised, where that is not what it heard at first."""
    if example.look is not None:
        said = ", ".join(
            f"`{LABELS[one.class_id]}` with a score of {one.score:g} at {[round(v) for v in one.box or ()]}"
            for one in example.look(at_s).sightings
        )
        return (
            f"From {wrong_s:g} s on a second model sees it, though not in every look. That at {at_s:g} s tells {said}."
        )
    before, now = (
        {
            **({} if example.health is None else asdict(example.health(second, 0.0))),
            **({} if example.clock_ahead_s is None else {"clock_ahead_s": example.clock_ahead_s(second)}),
        }
        for second in (wrong_s / 2, at_s)
    )
    changed = [f"`{name}` {value}" for name, value in now.items() if value != before[name] and name != "placement"]
    return f"From {wrong_s:g} s on the camera is so; when the event is raised, the rule is told {', '.join(changed)}."


def _mark(holds: bool | None) -> str:
    return "·" if holds is None else ("✓" if holds else "✗")


def _json(value: dict[str, Any]) -> str:
    """One line for each field."""
    lines = (f"  {json.dumps(key)}: {json.dumps(item, ensure_ascii=False)}" for key, item in value.items())
    return "{\n" + ",\n".join(lines) + "\n}"


def _facts(kind: str, spec: type[AnyRuleSpec] | None) -> str:
    about = KINDS[kind]
    rows: list[Sequence[str]] = []
    if spec is not None:
        rows.append(("severity", f"{_plain(spec.model_fields['severity'].default)}, unless the rule says otherwise"))
        rows.append(("topic", f"`{TOPIC}`, by camera"))
    rows.append(("sharing", f"`{about.sharing.value}`: {SHARED[about.sharing]}"))
    rows.append(("DATEX II, version 3", _datex(about.datex)))
    rows.append(("definition from", about.source))
    rows.append(("in the [benchmark](../accuracy.md)", case_of(kind)))
    return "\n".join(("| | |", "| --- | --- |", *(f"| {key} | {said} |" for key, said in rows)))


def _datex(datex: Datex | str) -> str:
    if isinstance(datex, str):
        return f"none: {datex}"
    said = f"`{datex.record}`, `{datex.element}` = "
    if datex.by is None:
        said += f"`{datex.value}`"
    else:
        measure, values = datex.by
        said += ", ".join(f"`{value}`" for value in values.values()) + f" by `{measure}`"
    said += "".join(f"; `{element}` = `{value}`" for element, value in datex.fixed.items())
    return said + "".join(f"; `{element}` from `{measure}`" for element, measure in datex.measures.items())
