"""Records made up: any at all (hypothesis), or plain ones with a few fields chosen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any, get_type_hints

from hypothesis import strategies as st

from core.events import EndReason, Event, EventKind, Phase, Picture, Says, Severity, Verdict
from core.incidents import Incident, Member, Role
from core.kinds import MEASURES_OF
from core.measures import (
    AbandonedObjectMeasures,
    CameraBlurredMeasures,
    CameraClockMeasures,
    CameraCoveredMeasures,
    CameraDarkMeasures,
    CameraDownMeasures,
    CameraFrozenMeasures,
    CameraMovedMeasures,
    CollisionMeasures,
    CongestionMeasures,
    CrowdingMeasures,
    DebrisMeasures,
    EncroachmentMeasures,
    FightMeasures,
    IntrusionMeasures,
    LaneMeasures,
    LineCrossingMeasures,
    LitteringMeasures,
    LoiteringMeasures,
    Measures,
    PedestrianMeasures,
    QueueMeasures,
    RedLightMeasures,
    RunningMeasures,
    SightingMeasures,
    SlowVehicleMeasures,
    SpeedingMeasures,
    SpillbackMeasures,
    StoppedVehicleMeasures,
    WrongWayMeasures,
)
from core.records import CameraHealth, CameraState, FrameObject, FrameTracks, Measurement, Record, TrackSummary
from core.taxonomy import LABELS

T0 = 1_767_225_600_000_000_000
"""2026-01-01T00:00:00Z."""
SECOND = 1_000_000_000

texts = st.text(max_size=20)
names = st.text(min_size=1, max_size=20)
times = st.integers(0, 4_102_444_800 * SECOND)
reals = st.floats(0, 1e6, allow_nan=False)
counts = st.integers(0, 10_000)
big = st.integers(1, 2**63 - 1)
classes = st.integers(0, len(LABELS) - 1)


def rounded(low: float, high: float, decimals: int) -> st.SearchStrategy[float]:
    """Numbers with as many decimals as the codec writes."""
    return st.floats(low, high, allow_nan=False).map(lambda value: round(value, decimals))


pixels = rounded(-5000, 5000, 2)
units = st.sampled_from(["m", "car lengths"])
lengths = st.sampled_from(["m", "px"])
speeds = st.none() | rounded(0, 100, 3)

_measures: dict[type[Measures], st.SearchStrategy[Measures]] = {
    LineCrossingMeasures: st.builds(LineCrossingMeasures, st.sampled_from(["forward", "backward"]), st.none() | reals),
    IntrusionMeasures: st.builds(IntrusionMeasures, counts, reals),
    LoiteringMeasures: st.builds(LoiteringMeasures, reals),
    CrowdingMeasures: st.builds(CrowdingMeasures, counts, reals, st.none() | reals),
    CongestionMeasures: st.builds(
        CongestionMeasures,
        st.sampled_from(["heavy", "slow", "queuing", "stationary"]),
        reals,
        counts,
        reals,
        st.none() | reals,
        st.none() | reals,
        st.sampled_from(["m/s", "car lengths/s"]),
    ),
    QueueMeasures: st.builds(QueueMeasures, reals, reals, counts, reals, units),
    SpillbackMeasures: st.builds(SpillbackMeasures, reals, counts, reals, units),
    StoppedVehicleMeasures: st.builds(StoppedVehicleMeasures, reals, st.sampled_from(["m/s", "box lengths/s"])),
    CameraDownMeasures: st.builds(CameraDownMeasures, reals, texts, texts),
    DebrisMeasures: st.builds(DebrisMeasures, reals, reals, lengths),
    AbandonedObjectMeasures: st.builds(AbandonedObjectMeasures, reals, reals, lengths, st.none() | big),
    LitteringMeasures: st.builds(LitteringMeasures, reals, reals, lengths, big),
    EncroachmentMeasures: st.builds(EncroachmentMeasures, reals, st.sampled_from(["goods", "vehicle"]), reals, lengths),
    CameraFrozenMeasures: st.builds(CameraFrozenMeasures, reals),
    CameraDarkMeasures: st.builds(CameraDarkMeasures, reals, reals),
    CameraBlurredMeasures: st.builds(CameraBlurredMeasures, reals, reals),
    CameraCoveredMeasures: st.builds(CameraCoveredMeasures, reals, reals),
    CameraMovedMeasures: st.builds(CameraMovedMeasures, reals, st.booleans(), st.none() | reals, st.none() | reals),
    CameraClockMeasures: st.builds(CameraClockMeasures, reals, reals),
    SightingMeasures: st.builds(SightingMeasures, reals, counts, counts, reals, st.none() | reals, texts),
    WrongWayMeasures: st.builds(WrongWayMeasures, reals, st.none() | reals, st.none() | reals),
    PedestrianMeasures: st.builds(PedestrianMeasures, counts, reals),
    CollisionMeasures: st.builds(CollisionMeasures, reals, reals, reals, counts),
    SlowVehicleMeasures: st.builds(SlowVehicleMeasures, reals, reals, st.none() | reals, st.none() | reals),
    SpeedingMeasures: st.builds(SpeedingMeasures, reals, reals, reals),
    LaneMeasures: st.builds(LaneMeasures, st.sampled_from(["closed_lane", "forbidden_turn"]), reals),
    RedLightMeasures: st.builds(RedLightMeasures, reals, names, texts, st.none() | reals),
    FightMeasures: st.builds(FightMeasures, counts, reals, reals),
    RunningMeasures: st.builds(RunningMeasures, reals, st.none() | reals),
}


verdicts = st.none() | st.builds(Verdict, st.sampled_from(Says), texts, times, texts)


@st.composite
def events(draw: st.DrawFn) -> Event:
    """Any event whose numbers have as many decimals as the codec writes."""
    kind = draw(st.sampled_from(EventKind))
    return Event(
        event_id=draw(names),
        revision=draw(st.integers(1, 2**31 - 1)),
        kind=kind,
        phase=draw(st.sampled_from(Phase)),
        severity=draw(st.sampled_from(Severity)),
        confidence=draw(rounded(0, 1, 4)),
        started_ns=draw(times),
        at_ns=draw(times),
        camera_id=draw(names),
        rule_id=draw(texts),
        zone=draw(texts),
        measures=draw(_measures[MEASURES_OF[kind]]),
        track_ids=tuple(draw(st.lists(big, max_size=4))),
        class_ids=tuple(draw(st.lists(classes, max_size=4))),
        box=draw(st.none() | st.tuples(pixels, pixels, pixels, pixels)),
        position=draw(st.none() | st.tuples(rounded(-180, 180, 7), rounded(-90, 90, 7))),
        pictures=tuple(draw(st.lists(st.builds(Picture, names, times), max_size=2))),
        end_reason=draw(st.none() | st.sampled_from(EndReason)),
        view=draw(texts),
        verdict=draw(verdicts),
    )


incidents = st.builds(
    Incident,
    incident_id=names,
    revision=st.integers(1, 2**31 - 1),
    phase=st.sampled_from(Phase),
    kind=st.sampled_from(EventKind),
    cause=names,
    severity=st.sampled_from(Severity),
    started_ns=times,
    at_ns=times,
    camera_id=names,
    zone=texts,
    cameras=st.lists(names, max_size=3).map(tuple),
    members=st.lists(
        st.builds(
            Member,
            names,
            st.integers(1, 2**31 - 1),
            st.sampled_from(EventKind),
            st.sampled_from(Role),
            st.sampled_from(Phase),
            names,
            texts,
            times,
            times,
            texts,
        ),
        max_size=3,
    ).map(tuple),
    position=st.none() | st.tuples(rounded(-180, 180, 7), rounded(-90, 90, 7)),
    view=texts,
    more=counts,
    merged_into=texts,
    verdict=verdicts,
)

measurements = st.builds(
    Measurement,
    camera_id=names,
    place=names,
    direction=st.sampled_from(["", "forward", "backward"]),
    start_ns=times,
    end_ns=times,
    counts=st.dictionaries(st.sampled_from(LABELS), counts),
    mean_speed_mps=speeds,
    occupancy=st.none() | rounded(0, 1000, 3),
    estimate=st.none() | rounded(0, 20_000, 3),
    flow_vph=st.none() | rounded(0, 20_000, 3),
    flow_pcuph=st.none() | rounded(0, 20_000, 3),
    time_mean_speed_mps=speeds,
    density_vpkm=st.none() | rounded(0, 1000, 3),
    density_pcupkm=st.none() | rounded(0, 1000, 3),
    headway_s=st.none() | rounded(0, 3600, 3),
    queue_m=st.none() | rounded(0, 1000, 3),
    queue_vehicles=st.none() | counts,
    green_starts=st.none() | counts,
    start_up_lost_s=st.none() | rounded(-5, 60, 3),
    saturation_headway_s=st.none() | rounded(0, 60, 3),
    free_flow_mps=speeds,
    level_of_service=st.sampled_from(["", "A", "F"]),
    los_scheme=st.sampled_from(["", "density", "speed"]),
    unit=st.sampled_from(["metres", "pixels"]),
    view=texts,
)

tracks = st.builds(
    TrackSummary,
    camera_id=names,
    epoch=st.integers(0, 2**31 - 1),
    track_id=big,
    class_id=classes,
    started_ns=times,
    ended_ns=times,
    path=st.lists(st.tuples(rounded(-5000, 5000, 1), rounded(-5000, 5000, 1)), max_size=5).map(tuple),
    observed=counts,
    mean_speed_mps=speeds,
    view=texts,
)

healths = st.builds(
    CameraHealth,
    camera_id=names,
    at_ns=times,
    state=st.sampled_from(CameraState),
    epoch=st.integers(0, 2**31 - 1),
    fps=rounded(0, 200, 3),
    dropped=counts,
    reconnects=counts,
    last_frame_ns=st.none() | times,
    error=texts,
    faults=st.lists(names, max_size=3).map(tuple),
)

_plane = st.floats(-1e4, 1e4, allow_nan=False)
frames = st.builds(
    FrameTracks,
    camera_id=names,
    epoch=st.integers(0, 2**31 - 1),
    seq=st.integers(0, 2**40),
    at_ns=times,
    objects=st.lists(
        st.builds(
            FrameObject,
            track_id=big,
            class_id=classes,
            confidence=st.floats(0, 1),
            box=st.tuples(_plane, _plane, _plane, _plane),
            speed_mps=st.none() | st.floats(0, 100),
            direction=st.none() | st.tuples(st.floats(-1, 1), st.floats(-1, 1)),
            ground=st.none() | st.tuples(_plane, _plane),
            position=st.none() | st.tuples(st.floats(-180, 180), st.floats(-90, 90)),
        ),
        max_size=3,
    ).map(tuple),
)

stored: st.SearchStrategy[Record] = events() | incidents | measurements | tracks
"""What the event store takes."""

described: st.SearchStrategy[Record] = stored | healths
"""What has a published JSON Schema."""

records: st.SearchStrategy[Record] = described | frames


def an_event(
    number: int = 1,
    revision: int = 1,
    *,
    camera: str = "cam-1",
    kind: EventKind = EventKind.LOITERING,
    phase: Phase | None = None,
    started_ns: int | None = None,
    at_ns: int | None = None,
    zone: str = "vỉa hè",
) -> Event:
    """Event `number`, a second after the one before; its first revision starts it, the others update it."""
    started = T0 + number * SECOND if started_ns is None else started_ns
    measures: Measures = LoiteringMeasures(60.0 + revision)
    if kind is EventKind.STOPPED_VEHICLE:
        measures = StoppedVehicleMeasures(10.0, "m/s")
    if kind is EventKind.CAMERA_DOWN:
        measures = CameraDownMeasures(30.0)
    return Event(
        event_id=f"event-{number:06d}",
        revision=revision,
        kind=kind,
        phase=phase or (Phase.STARTED if revision == 1 else Phase.UPDATED),
        severity=Severity.MEDIUM,
        confidence=0.9,
        started_ns=started,
        at_ns=started + (revision - 1) * SECOND if at_ns is None else at_ns,
        camera_id=camera,
        rule_id="rule-1",
        zone=zone,
        measures=measures,
        track_ids=(7,),
        class_ids=(0,),
        box=(10.0, 20.0, 30.0, 60.0),
        position=(105.8342, 21.0278),
    )


def any_event_of(kind: EventKind, number: int) -> Event:
    """An event of a kind, with some measures that it has."""
    form: Any = MEASURES_OF[kind]
    hints, values = get_type_hints(form), {str: "m", int: 2, float: 1.5, bool: True}
    given = {field.name: values.get(hints[field.name]) for field in fields(form)}
    return replace(an_event(number), kind=kind, measures=form(**given))


def an_incident(number: int = 1, revision: int = 2, *, camera: str = "cam-1") -> Incident:
    """Incident `number`: a stopped vehicle and the queue behind it."""
    started = T0 + number * SECOND
    members = tuple(
        Member(f"event-{number:06d}-{role}", 1, kind, role, Phase.STARTED, camera, "n", started, started)
        for kind, role in ((EventKind.STOPPED_VEHICLE, Role.CAUSE), (EventKind.QUEUE, Role.EFFECT))
    )
    return Incident(
        f"incident-{number:06d}",
        revision,
        Phase.UPDATED,
        EventKind.STOPPED_VEHICLE,
        members[0].event_id,
        Severity.HIGH,
        started,
        started + revision * SECOND,
        camera,
        "n",
        cameras=(camera,),
        members=members,
        position=(105.8342, 21.0278),
    )


def a_measurement(number: int = 1, *, camera: str = "cam-1") -> Measurement:
    """Minute `number` over one line."""
    start = T0 + number * 60 * SECOND
    return Measurement(camera, "line-1", "forward", start, start + 60 * SECOND, {"motorcycle": 31, "car": 4}, 8.2)


def a_track(number: int = 1, *, camera: str = "cam-1", epoch: int = 1) -> TrackSummary:
    """Track `number`, ten seconds long."""
    start = T0 + number * SECOND
    return TrackSummary(
        camera,
        epoch,
        number,
        2,
        start,
        start + 10 * SECOND,
        ((1.0, 2.0), (30.0, 40.0)),
        observed=100,
        mean_speed_mps=5.5,
    )


def a_health(number: int = 1, *, camera: str = "cam-1", state: CameraState = CameraState.RUNNING) -> CameraHealth:
    """Minute `number` of a camera at 12.5 frames a second."""
    at_ns = T0 + number * 60 * SECOND
    return CameraHealth(camera, at_ns, state, 1, 12.5, 3, 1, at_ns - SECOND // 2)


def a_frame(number: int = 1, *, camera: str = "cam-1") -> FrameTracks:
    """Frame `number` with a car in metres and a person without."""
    car = FrameObject(7, 3, 0.9, (10.0, 20.0, 110.0, 80.0), 8.5, (0.6, 0.8), (12.5, -3.0), (105.8342, 21.0278))
    return FrameTracks(
        camera, 1, number, T0 + number * SECOND // 25, (car, FrameObject(8, 0, 0.5, (1.0, 2.0, 3.0, 4.0)))
    )


def ids(events: Iterable[Event]) -> list[tuple[str, int]]:
    """Which revisions these are."""
    return [(event.event_id, event.revision) for event in events]
