"""The scripted scenes, one for each kind that a rule raises: seen straight from above, ten pixels to a metre."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from core.events import EventKind
from core.observations import (
    Blob,
    ModelLook,
    PictureHealth,
    Placement,
    Sighting,
    SignalReading,
    SignalReadings,
)
from core.signals import SignalState
from core.taxonomy import ObjectClass
from tests.support.tracks import SECOND, Actor, Way, still, walk
from tools.event_pages.play import Example

PERSON, CAR, BUS, MOTORCYCLE = ObjectClass.PERSON, ObjectClass.CAR, ObjectClass.BUS, ObjectClass.MOTORCYCLE
SIZES: Final = {PERSON: (8, 10), MOTORCYCLE: (19, 9), CAR: (44, 19), BUS: (110, 26)}
UPPER, LOWER = 170.0, 210.0
"""Where feet are on the two lanes."""


def _scene(*parts: str) -> str:
    """A scene file with a ground; `parts`: rules last."""
    head = "id: example\nreference_size: [640, 360]\nground: {homography: [[0.1, 0, 0], [0, -0.1, 0], [0, 0, 1]]}\n"
    return head + "".join(parts)


def _lanes(more: str = "", second: str = "") -> str:
    """Two lanes of 60 m to the right, one group."""
    return (
        "lanes:\n"
        "  - id: upper\n"
        "    name: {en: upper lane, vi: làn trên}\n"
        "    polygon: [[20, 150], [620, 150], [620, 190], [20, 190]]\n"
        "    centreline: [[20, 170], [620, 170]]\n"
        f"    group: east{more}\n"
        "  - id: lower\n"
        "    name: {en: lower lane, vi: làn dưới}\n"
        "    polygon: [[20, 190], [620, 190], [620, 230], [20, 230]]\n"
        "    centreline: [[20, 210], [620, 210]]\n"
        f"    group: east{second or more}\n"
        "lane_groups: [{id: east, name: {en: eastbound, vi: hướng đông}}]\n"
    )


def _zone(name: str, english: str, vietnamese: str, corners: str) -> str:
    return f"zones:\n  - id: {name}\n    name: {{en: {english}, vi: {vietnamese}}}\n    polygon: {corners}\n"


SQUARE: Final = _zone("square", "square", "quảng trường", "[[150, 60], [490, 60], [490, 300], [150, 300]]")


def _line(name: str, english: str, vietnamese: str, start: str, end: str) -> str:
    return (
        f"lines:\n  - id: {name}\n    name: {{en: {english}, vi: {vietnamese}}}\n    start: {start}\n    end: {end}\n"
    )


def _rule(*lines: str) -> str:
    return "rules:\n  - " + "\n    ".join(lines) + "\n"


def _who(number: int, way: Way, cls: ObjectClass = CAR) -> Actor:
    return Actor(number, way, cls, SIZES[cls])


def _drives(number: int, start_s: float, mps: float, y: float = UPPER, cls: ObjectClass = CAR) -> Actor:
    """Through the whole picture, from left to right."""
    return _who(number, walk([(start_s, 0, y), (start_s + 64 / mps, 640, y)]), cls)


def _stops(number: int, start_s: float, at_x: float, y: float = UPPER) -> Actor:
    """Comes at 10 m/s, brakes for two seconds, and stands."""
    fast = max(at_x - 100, 0) / 100
    points = [(start_s, 0.0, y), (start_s + fast, at_x - 100, y), (start_s + fast + 2, at_x, y), (1e4, at_x, y)]
    return _who(number, walk(points))


def _crash(t: float) -> tuple[float, float]:
    """At 14 m/s, and from 2 s on with 20 m/s² to a stop: into another."""
    late = min(max(t - 2.0, 0.0), 14 / 20)
    return 80 + 140 * min(t, 2.0) + 10 * (14 * late - 10 * late**2), UPPER


WELL: Final = PictureHealth(0.0, 100.0, 200.0, 1.0, 0.0, 0.0, 0.9, (0.0, 0.0))
WRONG_S: Final = 6.0
"""Second of the film at which a camera goes wrong."""


def _frozen(second: float, start_s: float) -> PictureHealth:
    """The first look of a stream has nothing to compare with."""
    return replace(WELL, still_s=None if second <= start_s else max(second - max(start_s, WRONG_S), 0.0))


def _from_then_on(wrong: PictureHealth) -> Callable[[float, float], PictureHealth]:
    return lambda second, _start_s: wrong if second >= WRONG_S else WELL


RED_S: Final = 2.0
"""Second of the film at which the signal becomes red."""
APPROACH: Final = (
    "lanes:\n"
    "  - id: upper\n"
    "    name: {en: upper lane, vi: làn trên}\n"
    "    polygon: [[20, 150], [400, 150], [400, 190], [20, 190]]\n"
    "    centreline: [[20, 170], [400, 170]]\n"
    "    stop_line: true\n"
    "  - id: lower\n"
    "    name: {en: lower lane, vi: làn dưới}\n"
    "    polygon: [[20, 190], [400, 190], [400, 230], [20, 230]]\n"
    "    centreline: [[20, 210], [400, 210]]\n"
    "    stop_line: true\n"
    "signals:\n"
    "  - id: west\n"
    "    name: {en: western arm, vi: nhánh tây}\n"
    "    lanes: [upper, lower]\n"
    "    lamps:\n"
    "      - {colour: red, circle: [420, 110, 5]}\n"
    "      - {colour: amber, circle: [432, 110, 5]}\n"
    "      - {colour: green, circle: [444, 110, 5]}\n"
)


def _red_from(second: float) -> SignalReadings:
    state = SignalState.RED if second >= RED_S else SignalState.AMBER
    since_s = RED_S if state is SignalState.RED else 0.0
    return SignalReadings((SignalReading("west", state, round(since_s * SECOND), 0.9),))


def _camera(fault: str, seconds: float, health: Callable[[float, float], PictureHealth] | None = None) -> Example:
    return Example(_scene(_rule(f"kind: camera.{fault}")), [], seconds, health=health, wrong_s=WRONG_S)


def _lies(x: float, y: float, size: float, from_s: float) -> Callable[[float], list[Blob]]:
    """A thing whose foot is at a place from a time on: the observer tells of it eight seconds later."""
    box = (x - size / 2, y - size, x + size / 2, y)
    return lambda second: [Blob(1, box, second - from_s)] if second >= from_s + 8 else []


def _seen_by(model: str, cls: ObjectClass, box: tuple[float, float, float, float]) -> Callable[[float], ModelLook]:
    """One look a second; from `WRONG_S` on each but every fourth sees it."""

    def look(second: float) -> ModelLook:
        seen = second >= WRONG_S and round(second) % 4 != 3
        sightings = (Sighting(int(cls), 0.62 + 0.02 * (round(second) % 5), box),) if seen else ()
        return ModelLook(model, 1.0, frozenset({int(cls)}), True, ("",), sightings)

    return look


QUEUED: Final = [_who(n + 1, still(590 - 62 * n, UPPER)) for n in range(8)]
CROWD: Final = [_who(n + 1, still(260 + 38 * (n % 4), 140 + 40 * (n // 4)), PERSON) for n in range(10)]
PASSED: Final = [_drives(n + 10, 2.5 * n, 12.0, UPPER if n % 2 else LOWER) for n in range(24)]


EXAMPLES: Final[Mapping[EventKind, Callable[[], Example]]] = {
    EventKind.LINE_CROSSING: lambda: Example(
        _scene(
            _line("gate", "gate", "cổng", "[320, 320]", "[320, 40]"),
            _rule("kind: security.line_crossing", "line: gate", "direction: forward"),
        ),
        [_who(1, walk([(0, 150, 210), (14, 480, 160)]), PERSON)],
        14,
    ),
    EventKind.INTRUSION: lambda: Example(
        _scene(
            _zone("depot", "depot", "kho", "[[240, 60], [560, 60], [560, 300], [240, 300]]"),
            _rule("kind: security.intrusion", "zone: depot", 'hours: ["22:00-06:00"]'),
        ),
        [_who(1, walk([(0, 120, 260), (12, 420, 150)]), PERSON)],
        12,
        clock_h=9.0,
    ),
    EventKind.LOITERING: lambda: Example(
        _scene(SQUARE, _rule("kind: security.loitering", "zone: square")),
        [_who(1, walk([(0, 100, 200), (8, 200, 180), (30, 430, 110), (50, 300, 260), (70, 420, 220)]), PERSON)],
        70,
        fps=2.0,
    ),
    EventKind.RUNNING: lambda: Example(
        _scene(SQUARE, _rule("kind: security.running", "zone: square")),
        [
            _who(1, walk([(0, 60, 240), (12, 600, 120)]), PERSON),
            _who(2, walk([(0, 200, 260), (12, 340, 280)]), PERSON),
        ],
        10,
    ),
    EventKind.FIGHT: lambda: Example(
        _scene(SQUARE, _rule("kind: security.fight_suspected", "zone: square")),
        [
            _who(1, walk([(0, 230, 200), (3, 260, 185), (4.5, 315, 180), (7, 318, 184), (14, 312, 180)]), PERSON),
            _who(2, walk([(0, 420, 160), (3, 385, 170), (4.5, 324, 180), (7, 322, 176), (14, 326, 182)]), PERSON),
            _who(3, walk([(0, 200, 260), (14, 420, 280)]), PERSON),
        ],
        12,
    ),
    EventKind.CROWDING: lambda: Example(_scene(SQUARE, _rule("kind: security.crowding", "zone: square")), CROWD, 14),
    EventKind.CONGESTION: lambda: Example(
        _scene(_lanes("\n    free_flow_kmh: 40"), _rule("kind: traffic.congestion", "group: east", "road: motorway")),
        [_who(n + 1, walk([(0, 40 + 70 * n, UPPER), (100, 260 + 70 * n, UPPER)])) for n in range(5)],
        100,
        fps=2.0,
    ),
    EventKind.QUEUE: lambda: Example(
        _scene(_lanes(), _rule("kind: traffic.queue", "group: east")), QUEUED, 36, fps=2.0
    ),
    EventKind.SPILLBACK: lambda: Example(
        _scene(
            _lanes(),
            _line("junction", "junction", "nút giao", "[240, 240]", "[240, 140]"),
            _rule("kind: traffic.spillback", "line: junction"),
        ),
        [*QUEUED[:4], *(_stops(n + 1, 2.5 * (n - 4), 590 - 62 * n) for n in range(4, 7))],
        30,
    ),
    EventKind.STOPPED_VEHICLE: lambda: Example(
        _scene(_lanes(), _rule("kind: incident.stopped_vehicle")),
        [_stops(1, 0, 360), _drives(2, 4, 11, LOWER), _drives(3, 9, 11, LOWER)],
        20,
    ),
    EventKind.WRONG_WAY: lambda: Example(
        _scene(_lanes(), _rule("kind: incident.wrong_way")),
        [_who(1, walk([(0, 640, LOWER), (9, 10, LOWER)]), MOTORCYCLE), _drives(2, 1, 11)],
        9,
    ),
    EventKind.PEDESTRIAN: lambda: Example(
        _scene(
            _lanes(),
            _zone("crossing", "crossing", "lối sang đường", "[[440, 140], [500, 140], [500, 240], [440, 240]]"),
            _rule("kind: incident.pedestrian_on_carriageway", "except_zones: [crossing]"),
        ),
        [
            _who(1, walk([(0, 180, 110), (10, 240, 270)]), PERSON),
            _who(2, walk([(0, 470, 110), (12, 472, 280)]), PERSON),
        ],
        10,
    ),
    EventKind.COLLISION: lambda: Example(
        _scene(_lanes(), _rule("kind: incident.collision")),
        [_who(1, _crash), _who(2, walk([(0, 446, 184), (99, 446, 184)]))],
        10,
        fps=10.0,
    ),
    EventKind.SLOW_VEHICLE: lambda: Example(
        _scene(_lanes(), _rule("kind: incident.slow_vehicle")), [_drives(1, 40, 3.0, UPPER + 6), *PASSED], 62
    ),
    EventKind.ILLEGAL_PARKING: lambda: Example(
        _scene(
            _lanes(),
            _zone("kerb", "kerb", "lề đường", "[[200, 230], [520, 230], [520, 262], [200, 262]]"),
            _rule("kind: violation.illegal_parking", "zone: kerb"),
        ),
        [
            _who(1, walk([(0, 0, LOWER), (2, 200, LOWER), (5, 380, 250), (99, 380, 250)])),
            _drives(2, 20, 11),
            _drives(3, 40, 11),
        ],
        68,
        fps=2.0,
    ),
    EventKind.SPEEDING: lambda: Example(
        _scene(_lanes("\n    speed_limit_kmh: 50"), _rule("kind: violation.speeding")),
        [_drives(1, 0, 20.0), _drives(2, 0, 12.0, LOWER)],
        4,
        fps=10.0,
    ),
    EventKind.LANE: lambda: Example(
        _scene(_lanes(), _rule("kind: violation.lane", "lane: upper", "classes: [car, motorcycle]")),
        [_drives(1, 0, 9), _drives(2, 3, 9, UPPER, BUS), _drives(3, 1, 9, LOWER)],
        8,
    ),
    EventKind.NO_CROSSING: lambda: Example(
        _scene(
            _lanes(),
            _line("marking", "centre marking", "vạch giữa đường", "[60, 190]", "[580, 190]"),
            _rule("kind: violation.no_crossing", "line: marking"),
        ),
        [_who(1, walk([(0, 0, UPPER), (2.5, 250, UPPER), (4, 370, LOWER), (7, 640, LOWER)]))],
        7,
    ),
    EventKind.RED_LIGHT: lambda: Example(
        _scene(APPROACH, _rule("kind: violation.red_light", "signal: west")),
        [_drives(1, 0, 10), _who(2, walk([(0, 60, LOWER), (3, 330, LOWER), (4, 370, LOWER), (99, 370, LOWER)]))],
        6,
        fps=10.0,
        signals=_red_from,
    ),
    EventKind.DEBRIS: lambda: Example(
        _scene(_lanes(), _rule("kind: incident.debris")),
        [_drives(1, 1, 11), _drives(2, 14, 11, LOWER), _drives(3, 22, 11, LOWER)],
        36,
        blobs=_lies(330, UPPER + 4, 8, 3.0),
    ),
    EventKind.ABANDONED_OBJECT: lambda: Example(
        _scene(SQUARE, _rule("kind: security.abandoned_object", "zone: square")),
        [_who(1, walk([(0, 100, 200), (10, 300, 180), (14, 306, 180), (60, 560, 120), (200, 600, 110)]), PERSON)],
        80,
        fps=2.0,
        blobs=_lies(304, 180, 6, 14.0),
    ),
    EventKind.LITTERING: lambda: Example(
        _scene(
            _lanes(),
            _zone("kerb", "kerb", "lề đường", "[[200, 230], [520, 230], [520, 262], [200, 262]]"),
            _rule("kind: environment.littering", "zone: kerb"),
        ),
        [_who(1, walk([(0, 0, LOWER + 8), (4, 350, 226), (9, 560, 224), (200, 600, 224)]), MOTORCYCLE)],
        76,
        fps=2.0,
        blobs=_lies(350, 246, 8, 5.0),
    ),
    EventKind.ENCROACHMENT: lambda: Example(
        _scene(
            _zone("pavement", "pavement", "vỉa hè", "[[60, 200], [580, 200], [580, 260], [60, 260]]"),
            _rule("kind: environment.encroachment", "zone: pavement", "for_s: 120"),
        ),
        [_who(1, walk([(0, 200, 215), (70, 420, 250), (180, 200, 220)]), PERSON)],
        140,
        fps=2.0,
        blobs=_lies(320, 250, 24, 10.0),
    ),
    EventKind.CAMERA_DOWN: lambda: Example(_scene(_rule("kind: camera.down")), [], 12, silent_s=40),
    EventKind.CAMERA_FROZEN: lambda: _camera("frozen", 72, _frozen),
    EventKind.CAMERA_DARK: lambda: _camera("dark", 24, _from_then_on(replace(WELL, level=3.0, light=12.0))),
    EventKind.CAMERA_BLURRED: lambda: _camera("blurred", 24, _from_then_on(replace(WELL, sharpness=0.2))),
    EventKind.CAMERA_COVERED: lambda: _camera("covered", 24, _from_then_on(replace(WELL, hidden=0.7, agreement=0.25))),
    EventKind.CAMERA_MOVED: lambda: _camera(
        "moved", 24, _from_then_on(replace(WELL, shift_px=(6.0, -8.0), placement=Placement((6.0, -8.0))))
    ),
    EventKind.SMOKE_FIRE: lambda: Example(
        _scene(
            _zone("forecourt", "forecourt", "sân trước", "[[240, 150], [560, 150], [560, 320], [240, 320]]"),
            _rule("kind: incident.smoke_fire", "zone: forecourt"),
        ),
        [],
        24,
        wrong_s=WRONG_S,
        look=_seen_by("smoke-fire", ObjectClass.SMOKE, (330, 120, 430, 260)),
    ),
    EventKind.FLOODING: lambda: Example(
        _scene(_lanes(), _rule("kind: environment.flooding")),
        [],
        24,
        wrong_s=WRONG_S,
        look=_seen_by("water", ObjectClass.WATER, (120, 150, 560, 232)),
    ),
    EventKind.CAMERA_CLOCK: lambda: replace(
        _camera("clock", 72), clock_ahead_s=lambda second: -4.3 if second >= WRONG_S else 0.02
    ),
}
"""Made when asked for: a kind without one has no drawing, and the tests say so."""
