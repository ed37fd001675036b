"""The page on what events have in common says what the code does; every kind can be told in both languages."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter

from core.events import EndReason, Event, EventKind, Phase, Severity
from core.kinds import MEASURES_OF
from core.records import Measurement
from core.sentences import sentence
from core.taxonomy import GROUPS, LABELS
from locales import LANGUAGES, Language, catalogue, text
from scenes.rules import SPEC_TYPES, AnyRuleSpec, MeasureSpec, RuleSpec

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "events.md").read_text(encoding="utf-8")
MEASURE = PAGE.partition("\n## measure\n")[2].partition("\n## ")[0]


def kind_of(spec: type[AnyRuleSpec]) -> str:
    return str(spec.model_fields["kind"].default)


def test_every_kind_has_a_spec() -> None:
    assert {kind_of(spec) for spec in SPEC_TYPES} == {k.value for k in EventKind} | {"measure"}
    assert set(SPEC_TYPES) == set(get_args(AnyRuleSpec))


def said(value: object) -> str:
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, list):
        return ", ".join(f"`{v}`" for v in value)
    if isinstance(value, str):
        return f"`{value}`"
    return f"{value:g}" if isinstance(value, (int, float)) else ""


def test_every_parameter_of_measurements_stands_there_with_its_default() -> None:
    rows = {
        name: row[2].strip()
        for line in MEASURE.splitlines()
        if len(row := line.split("|")) > 3
        for name in re.findall(r"`(\w+)`", row[1])
    }
    for name, field in MeasureSpec.model_fields.items():
        if name not in ("kind", "id"):
            assert field.description
            assert rows[name] == ("" if field.is_required() else said(field.default)), name
    assert rows.keys() - {f.name for f in fields(Measurement)} <= MeasureSpec.model_fields.keys()


def test_every_field_of_a_measurement_stands_there() -> None:
    named = set(re.findall(r"`(\w+)`", MEASURE))
    known = {"camera_id", "start_ns", "end_ns", "schema_version"}
    assert {f.name for f in fields(Measurement)} - known <= named


@pytest.mark.parametrize("language", LANGUAGES)
def test_why_a_camera_sends_nothing_is_said_in_either_language(language: Language) -> None:
    """Of all that may be wrong with a camera: its message names it."""
    lines = Path("locales/en/sources.ftl").read_text(encoding="utf-8").splitlines()
    codes = [line.split(" ")[0].removeprefix("error-source-") for line in lines if "$camera" in line]
    assert len(codes) > 10
    assert [code for code in codes if not catalogue(language).has_message(f"because-{code}")] == []
    unknown = event(EventKind.CAMERA_DOWN, code="of later", reason="in its words")
    assert sentence(unknown, "Gate", language).endswith(": in its words")


def test_every_class_severity_and_reason_stands_there() -> None:
    assert all(f"`{reason.value}`" in PAGE for reason in EndReason)
    assert all(f"`{label}`" in PAGE for label in (*LABELS, *GROUPS, *(s.value for s in Severity)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_has_a_name(language: Language) -> None:
    names = [f"kind-{k.value.replace('.', '-')}" for k in EventKind]
    names += [f"phase-{p.value}" for p in Phase] + [f"severity-{s.value}" for s in Severity]
    names += [f"class-{label}" for label in LABELS] + [f"reason-{r.value}" for r in EndReason]
    assert [n for n in names if not catalogue(language).has_message(n)] == []


EXAMPLES: dict[EventKind, dict[str, Any]] = {
    EventKind.LINE_CROSSING: {"direction": "forward", "speed_mps": 2.0},
    EventKind.INTRUSION: {"count": 3, "duration_s": 75.2},
    EventKind.LOITERING: {"dwell_s": 4_000.0},
    EventKind.CROWDING: {"count": 1_234, "duration_s": 12.0, "density_per_m2": 2.34},
    EventKind.CONGESTION: {"level": "queuing", "share": 0.183, "vehicles": 31, "duration_s": 140.0},
    EventKind.QUEUE: {"length": 84.6, "longest": 120.0, "vehicles": 23, "duration_s": 95.0, "unit": "m"},
    EventKind.SPILLBACK: {"length": 19.4, "vehicles": 9, "duration_s": 12.0, "unit": "car lengths"},
    EventKind.STOPPED_VEHICLE: {"stopped_s": 11.0, "unit": "m/s"},
    EventKind.CAMERA_DOWN: {"silent_s": 31.0, "reason": "rtsp://10.0.0.7 refuses", "code": "refused"},
    EventKind.RUNNING: {"duration_s": 2.0},
    EventKind.FIGHT: {"count": 3, "duration_s": 4.0, "approach_mps": 5.0},
    EventKind.WRONG_WAY: {"duration_s": 4.0, "way_m": 38.2, "speed_mps": 9.5},
    EventKind.PEDESTRIAN: {"count": 2, "duration_s": 6.0},
    EventKind.COLLISION: {"stopped_s": 5.0, "speed_mps": 10.0, "deceleration_mps2": 7.5, "others": 1},
    EventKind.SLOW_VEHICLE: {"duration_s": 12.0, "share": 0.31},
    EventKind.ILLEGAL_PARKING: {"stopped_s": 61.0, "unit": "m/s"},
    EventKind.SPEEDING: {"speed_mps": 20.0, "limit_mps": 13.889, "way_m": 24.0},
    EventKind.LANE: {"what": "closed_lane", "duration_s": 3.0},
    EventKind.NO_CROSSING: {"direction": "backward"},
    EventKind.CAMERA_FROZEN: {"duration_s": 61.0},
    EventKind.CAMERA_DARK: {"duration_s": 12.0, "light": 20.0},
    EventKind.CAMERA_BLURRED: {"duration_s": 12.0, "sharpness": 0.124},
    EventKind.CAMERA_COVERED: {"duration_s": 12.0, "hidden": 0.75},
    EventKind.CAMERA_MOVED: {"duration_s": 12.0, "corrected": True, "right_px": 6.0, "down_px": -8.0},
    EventKind.CAMERA_CLOCK: {"duration_s": 60.0, "ahead_s": -4.26},
    EventKind.RED_LIGHT: {"red_s": 2.34, "signal": "west"},
    EventKind.DEBRIS: {"duration_s": 31.0, "size": 0.64, "unit": "m"},
    EventKind.ABANDONED_OBJECT: {"duration_s": 62.0, "size": 0.51, "unit": "m", "owner": 7},
    EventKind.LITTERING: {"duration_s": 62.0, "size": 0.51, "unit": "m", "owner": 7},
    EventKind.ENCROACHMENT: {"duration_s": 601.0, "what": "goods", "size": 2.44, "unit": "m"},
    EventKind.SMOKE_FIRE: {"duration_s": 75.0, "looks": 7, "of_looks": 10, "score": 0.81},
    EventKind.FLOODING: {"duration_s": 3_600.0, "looks": 9, "of_looks": 10, "score": 0.9, "area_share": 0.4},
}
SENTENCES = {
    EventKind.LINE_CROSSING: ("Crossed Gate forward: person", "Vượt Cổng theo chiều thuận: người"),
    EventKind.INTRUSION: (
        "Up to 3 at once inside Gate for 1 min 15 s: person",
        "Có lúc 3 đối tượng cùng ở trong Cổng, đã 1 phút 15 giây: người",
    ),
    EventKind.LOITERING: ("Someone has stayed in Gate for 1 h 6 min", "Có người nán lại trong Cổng đã 1 giờ 6 phút"),
    EventKind.CROWDING: (
        "Up to 1,234 people at once in Gate (2.3 /m²), crowded for 12 s",
        "Có lúc 1.234 người cùng ở trong Cổng (2,3 người/m²), đông đúc đã 12 giây",
    ),
    EventKind.CONGESTION: (
        "Traffic on Gate crawls, 18 % of free-flow speed, for 2 min 20 s",
        "Xe trên Cổng nhích từng đoạn, bằng 18 % tốc độ thông thoáng, đã 2 phút 20 giây",
    ),
    EventKind.QUEUE: (
        "Queue of 85 m on Gate for 1 min 35 s, up to 23 vehicles",
        "Hàng xe dài 85 m trên Cổng đã 1 phút 35 giây, có lúc 23 xe",
    ),
    EventKind.SPILLBACK: (
        "A queue of 19 car lengths has reached Gate for 12 s, 9 vehicles in it",
        "Hàng xe dài 19 lần chiều dài ô tô đã ùn tới Cổng được 12 giây, gồm 9 xe",
    ),
    EventKind.STOPPED_VEHICLE: ("Standing still in Gate for 11 s: person", "Đứng yên trong Cổng đã 11 giây: người"),
    EventKind.CAMERA_DOWN: (
        "No picture for 31 s: it refuses the connection",
        "Không có hình ảnh đã 31 giây: camera từ chối kết nối",
    ),
    EventKind.SMOKE_FIRE: (
        "Seen in Gate for 1 min 15 s, in up to 7 of 10 looks: person",
        "Thấy ở Cổng đã 1 phút 15 giây, có lúc 7 trên 10 lần nhìn: người",
    ),
    EventKind.FLOODING: (
        "Water stands in Gate for 1 h 0 min, seen in up to 9 of 10 looks",
        "Nước đọng ở Cổng đã 1 giờ 0 phút, thấy có lúc 9 trên 10 lần nhìn",
    ),
    EventKind.FIGHT: (
        "A fight in Gate? Two closed in at 18 km/h; up to 3 people have stayed together for 4 s",
        "Nghi đánh nhau ở Cổng: hai người lao vào nhau với 18 km/h, có lúc 3 người ở sát nhau, đã 4 giây",
    ),
    EventKind.RUNNING: ("Somebody has run through Gate for 2 s", "Có người chạy qua Cổng đã 2 giây"),
    EventKind.WRONG_WAY: (
        "Driving the wrong way on Gate for 38 m, 4 s: person",
        "Đi ngược chiều trên Cổng được 38 m, đã 4 giây: người",
    ),
    EventKind.PEDESTRIAN: (
        "Up to 2 people at once on foot on Gate for 6 s",
        "Có lúc 2 người cùng đi bộ trên Cổng đã 6 giây",
    ),
    EventKind.COLLISION: (
        "Stopped abruptly from 36 km/h on Gate beside another, standing for 5 s: person",
        "Dừng đột ngột từ 36 km/h trên Cổng cạnh một đối tượng khác, đứng yên đã 5 giây: người",
    ),
    EventKind.SLOW_VEHICLE: (
        "At 31 % of the usual speed on Gate for 12 s: person",
        "Chỉ bằng 31 % tốc độ thường thấy trên Cổng đã 12 giây: người",
    ),
    EventKind.ILLEGAL_PARKING: (
        "Stands on Gate, where that is forbidden, for 1 min 1 s: person",
        "Đỗ trên Cổng, nơi cấm dừng đỗ, đã 1 phút 1 giây: người",
    ),
    EventKind.SPEEDING: (
        "72 km/h on Gate, 50 allowed (indication, not for fines): person",
        "72 km/h trên Cổng, cho phép 50 (chỉ báo, không dùng để phạt): người",
    ),
    EventKind.LANE: (
        "On Gate, which is closed to it, for 3 s: person",
        "Đi trên Cổng, làn không dành cho loại xe này, đã 3 giây: người",
    ),
    EventKind.NO_CROSSING: (
        "Crossed the solid line Gate backward: person",
        "Đè vạch liền Cổng theo chiều ngược: người",
    ),
    EventKind.CAMERA_FROZEN: ("The same picture for 1 min 1 s", "Hình không đổi đã 1 phút 1 giây"),
    EventKind.CAMERA_DARK: ("Too dark to see anything for 12 s", "Quá tối, không nhìn thấy gì đã 12 giây"),
    EventKind.CAMERA_BLURRED: (
        "Blurred for 12 s: 12 % of the usual sharpness",
        "Hình mờ đã 12 giây: độ nét chỉ bằng 12 % mức thường",
    ),
    EventKind.CAMERA_COVERED: (
        "Covered for 12 s: 75 % of the picture hidden",
        "Bị che đã 12 giây: 75 % hình bị khuất",
    ),
    EventKind.CAMERA_MOVED: (
        "The picture has moved by 10 pixels, which are taken off",
        "Hình đã xê dịch 10 điểm ảnh, đã được bù lại",
    ),
    EventKind.CAMERA_CLOCK: ("The camera's clock is 4.3 s behind", "Đồng hồ camera chậm 4,3 giây"),
    EventKind.RED_LIGHT: (
        "Crossed the stop line of Gate after 2.3 s of red (indication, not for fines): person",
        "Vượt vạch dừng tại Cổng khi đèn đã đỏ 2,3 giây (chỉ báo, không dùng để phạt): người",
    ),
    EventKind.DEBRIS: ("Something 0.6 m large has lain on Gate for 31 s", "Có vật cỡ 0,6 m nằm trên Cổng đã 31 giây"),
    EventKind.ABANDONED_OBJECT: (
        "An object 0.5 m large was left in Gate; its owner has been away for 1 min 2 s",
        "Đồ vật cỡ 0,5 m bị bỏ lại trong Cổng; chủ của nó rời đi đã 1 phút 2 giây",
    ),
    EventKind.LITTERING: (
        "Something 0.5 m large was left in Gate 1 min 2 s ago: person",
        "Vật cỡ 0,5 m bị vứt lại trong Cổng cách đây 1 phút 2 giây: người",
    ),
    EventKind.ENCROACHMENT: (
        "Goods or a stall, 2.4 m large, have taken up Gate for 10 min 1 s",
        "Hàng hoá hoặc quầy bán, cỡ 2,4 m, chiếm Cổng đã 10 phút 1 giây",
    ),
}


def event(kind: EventKind, **measures: object) -> Event:
    given: dict[str, Any] = {**EXAMPLES[kind], **measures}
    form = MEASURES_OF[kind](**given)
    return Event("e", 1, kind, Phase.STARTED, Severity.LOW, 0.9, 0, 0, "cam", "r", "z", form, class_ids=(0, 0))


@pytest.mark.parametrize("kind", EventKind)
def test_an_event_is_told_in_one_sentence(kind: EventKind) -> None:
    english, vietnamese = SENTENCES[kind]
    assert sentence(event(kind), "Gate", "en") == english
    assert sentence(event(kind), "Cổng", "vi") == vietnamese


def test_sentences_without_the_optional_parts() -> None:
    assert sentence(event(EventKind.INTRUSION, count=1), "", "en") == "One inside z for 1 min 15 s: person"
    assert sentence(event(EventKind.INTRUSION, count=1), "", "vi").startswith("Có một đối tượng trong z")
    assert "/m²" not in sentence(event(EventKind.CROWDING, density_per_m2=None), "Gate", "en")
    assert sentence(event(EventKind.CAMERA_DOWN, reason="", code=""), "", "en") == "No picture for 31 s"
    elsewhere = event(EventKind.CAMERA_MOVED, corrected=False, right_px=None, down_px=None)
    assert sentence(elsewhere, "", "en").startswith("The camera looks elsewhere: rules")
    unowned = event(EventKind.ABANDONED_OBJECT, owner=None, unit="px")
    assert sentence(unowned, "", "en") == "An object has lain in z for 1 min 2 s, and nobody is by it"
    assert (
        sentence(event(EventKind.ENCROACHMENT, what="vehicle"), "", "en") == "A vehicle has taken up z for 10 min 1 s"
    )
    far = event(EventKind.CAMERA_MOVED, corrected=False, right_px=120.0, down_px=0.0)
    assert "120 pixels: rules that name places pause" in sentence(far, "", "en")


def test_sentences_of_a_turn_and_of_all_lanes() -> None:
    turn = replace(event(EventKind.LANE, what="forbidden_turn"), zone="a→b")
    assert sentence(turn, "", "en") == "Forbidden turn a→b: person"
    everywhere = replace(event(EventKind.WRONG_WAY, way_m=None), zone="")
    assert sentence(everywhere, "", "en") == "Driving the wrong way on the carriageway for 4 s: person"


def test_specs_read_as_written_and_refuse_what_they_do_not_know() -> None:
    adapter: TypeAdapter[AnyRuleSpec] = TypeAdapter(RuleSpec)
    spec = adapter.validate_python({"kind": "security.intrusion", "zone": "gate", "classes": ["two_wheeler"]})
    assert (spec.rule_id, spec.place) == ("security.intrusion:gate", "gate")
    wrong: list[dict[str, object]] = [
        {"kind": "security.intrusion", "zone": "gate", "classes": ["tram"]},
        {"kind": "security.intrusion"},
        {"kind": "security.intrusion", "zone": "gate", "for": 3},
        {"kind": "measure"},
        {"kind": "measure", "zone": "a", "line": "b"},
        {"kind": "measure", "entries": ["a"]},
        {"kind": "measure", "line": "a", "exits": ["a"]},
        {"kind": "measure", "entries": ["a", "a"], "exits": ["b"]},
        {"kind": "measure", "lanes": []},
        {"kind": "measure", "lanes": "some"},
        {"kind": "measure", "lanes": "all", "count_at": 1.5},
        {"kind": "measure", "lanes": "all", "pcu": {"vehicle": 1}},
        {"kind": "measure", "lanes": "all", "pcu": {"car": -1}},
        {"kind": "security.loitering", "zone": "gate", "for_s": -1},
        {"kind": "security.dancing", "zone": "gate"},
        {"kind": "traffic.queue"},
        {"kind": "traffic.queue", "lane": "a", "group": "b"},
        {"kind": "traffic.queue", "lane": "a", "begin_kmh": 5, "end_kmh": 4},
        {"kind": "traffic.congestion", "group": "a", "from_level": "free"},
        {"kind": "incident.wrong_way", "lane": "a", "group": "b"},
        {"kind": "violation.lane"},
        {"kind": "violation.lane", "entry": "a"},
        {"kind": "violation.lane", "entry": "a", "exit": "b", "lane": "c"},
        {"kind": "security.intrusion", "zone": "a", "hours": ["25:00-26:00"]},
        {"kind": "security.intrusion", "zone": "a", "timezone": "Mars/Phobos"},
    ]
    for value in wrong:
        with pytest.raises(ValueError, match="validation error"):
            adapter.validate_python(value)
    schema = str(adapter.json_schema())
    assert all(label in schema for label in LABELS) and text("problem-measure-one-place", "en") != ""
