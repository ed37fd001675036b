"""Rules for incidents: what endangers or blocks traffic."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from core.events import Severity
from scenes.rule_parts import CLASSES, CLEAR_S, GAP_S, HOLD_S, Carriageway, ClassName, Positive, Seconds, Standing

MOTOR: list[str] = ["motorcycle", "car", "bus", "truck"]


class StoppedVehicleSpec(Standing):
    """A vehicle stands still on a carriageway.

    One event for each. On the scene's lanes a vehicle in a queue (as in [traffic.queue](traffic.queue.md)) waits and
    does not count, when three or more stand in it, or within 20 m of the vehicle on all lanes of its group; its
    foremost one, if nobody queues ahead of it on the group's other lanes, only within 20 m of a stop line, or 12 m (of
    lorries 14 m, of buses 15 m) of where the camera sees no further: elsewhere it is what the others wait for. Within
    these 20 m of the `stop_line` of a lane a vehicle waits by itself, too: for a signal. So a breakdown there is not
    found, unless the lane's signal is known (`signals` of the scene): who stands at a stop line that has been green for
    10 s does not wait for it. Nobody queues behind a two-wheeler that is in the way: it waits as the others do. Lanes
    go on, where the ground is known, for 1.5 m beside where they are drawn, and 20 m past it, but for a stop line: who
    stands there waits as on the lane. Further off, draw the zone where nobody queues or waits at a signal.
    Who comes to stand within 20 m behind somebody who stood already, on lanes of the group, waits for that one.

    Within these 12 m of where the camera sees no further, too few to be a queue may wait for what is out of sight. They
    start an event when one vehicle has gone past them meanwhile on lanes of their group so fast (9 m/s) that it does
    not stop for a queue there, or two faster than 20 km/h (two-wheelers, which go past queues, count a tenth), or after
    90 s. Nor does the foremost of a queue there wait, past which two have gone. Who may wait so does not stand alone:
    until 10 s later a queue that forms around him, or a stop line that he comes to, excuses him. So give lanes with a
    signal of their own a group of their own, and draw lanes as far as the camera sees them well.

    Nor does a vehicle start an event while somebody is seen to stand next ahead of it, within these 12 m, though no
    queue counts him: past the end of a drawn lane, or so hidden that his track is never sure. He is seen there for two
    fifths of the time since it stands, and not gone for 10 s.

    A vehicle that is hidden, or whose track gets a new number, is found again within half a height of its box; before
    an event has started, within the time for which it has stood, and 10 s at most. For these 10 s it is not gone while
    a box is seen at its place, whatever its number does. Where one stands of which the left, right or lower edge of the
    picture hides a part is not known to a lane, nor who is ahead: it starts an event after 90 s.
    """

    kind: Literal["incident.stopped_vehicle"] = "incident.stopped_vehicle"
    for_s: Seconds = Field(10.0, description="Seconds for which it stands before the event starts")
    gap_s: Seconds = Field(1.0, description=GAP_S)
    clear_s: Seconds = Field(3.0, description=CLEAR_S)
    hold_s: Seconds = Field(60.0, description=HOLD_S)
    severity: Severity = Field(Severity.HIGH, description="Of its events")


class WrongWaySpec(Carriageway):
    """A vehicle drives against the direction of its lane.

    One event for each. Who was seen to drive the right way for a second before may overtake, or turn round: that is
    waited for longer. Heading, way and speed are over the ground; without one in car boxes, as in
    [traffic.queue](traffic.queue.md). A vehicle that is pushed, or a queue whose boxes tremble, is below
    `min_speed_kmh`. Where turning round is allowed, name the place under `except_zones`.

    Limit: who enters where no lane is drawn is found when it comes to one.
    """

    kind: Literal["incident.wrong_way"] = "incident.wrong_way"
    classes: list[ClassName] = Field(MOTOR, min_length=1, description=CLASSES)
    angle_deg: Annotated[float, Field(gt=90, lt=180)] = Field(
        120.0, description="It heads away from its lane's direction by more than this"
    )
    min_speed_kmh: Positive = Field(7.0, description="Slower is somebody who pushes or turns a vehicle, in km/h")
    min_way_m: Positive = Field(10.0, description="It has come so far against the direction before the event starts")
    for_s: Seconds = Field(2.0, description="… and has driven so for this many seconds")
    overtaking_s: Seconds = Field(
        6.0, description="… or for this many, if it was seen to drive the right way before: it may overtake, or turn"
    )
    gap_s: Seconds = Field(1.0, description=GAP_S)
    clear_s: Seconds = Field(3.0, description=CLEAR_S)
    hold_s: Seconds = Field(10.0, description=HOLD_S)
    severity: Severity = Field(Severity.HIGHEST, description="Of its events")


class PedestrianSpec(Carriageway):
    """Somebody is on foot on a carriageway.

    One event for the place, however many there are and whatever their numbers. Draw crossings as zones and name them
    under `except_zones`. People on two-wheelers are no pedestrians: the tracker joins them to their vehicle. Where the
    detector misses the machine, a rider is told by what he does: on lanes with metres somebody counts who walks across
    them, or along them and does not stand, and within 10 m of vehicles that queue, or seen on a two-wheeler, only who
    walks across by the 3 m of a lane, head and foot, or stood beside the lanes for 3 s before, and is mostly seen as
    tall as one stands (1.4 m), or came on by 7.6 m, nearly always so tall: so children between queued vehicles are not
    told. Beside the lanes, as on a crossing, a rider is who sits on a machine that goes as he goes, or stands as he
    stands, for half a second. Who begins where somebody on foot was lost up to 3 s before is the same one. For this,
    lanes go on for 1.5 m beside where they are drawn, as a box that ends at a rider's feet is seen behind him, and
    straight for 20 m beyond, but not past a stop line. Who stands on a lane counts after `still_s`. An event starts
    with a foot a tenth of the box inside the zone, or who has come across a lane, and outside what is excepted: who
    stands beside the carriageway is not on it. It ends `clear_s` after the last one has left over the edge; who is no
    longer found amid the place is hidden, and sought for `hold_s`.
    """

    kind: Literal["incident.pedestrian_on_carriageway"] = "incident.pedestrian_on_carriageway"
    classes: list[ClassName] = Field(["person"], min_length=1, description=CLASSES)
    max_speed_kmh: Positive = Field(
        20.0, description="Who was ever faster rides a two-wheeler that the detector does not find, in km/h"
    )
    max_along_kmh: Positive = Field(
        9.0, description="… and who was ever faster along his lane, with its traffic, than one walks, in km/h"
    )
    still_s: Seconds = Field(
        60.0, description="Who does not walk from his place counts only after this: things are taken for people"
    )
    for_s: Seconds = Field(1.0, description="Seconds for which somebody is there before the event starts")
    gap_s: Seconds = Field(0.5, description=GAP_S)
    clear_s: Seconds = Field(5.0, description=CLEAR_S)
    hold_s: Seconds = Field(15.0, description=HOLD_S)
    severity: Severity = Field(Severity.HIGH, description="Of its events")


class CollisionSpec(Carriageway):
    """Two road users meet, and one of them comes to an abnormal stop.

    One event for the two, also where both stop. Two have met who stand in touch: their middles are as far apart as half
    of their usual lengths, and at most 1.25 m, or a sixth of their lengths, more (in queues cars keep 1.5 to 2.5 m).
    And they came faster than anybody can brake. At a speed v with a way d left to where it stands one needs v²/2d, the
    same at each place if it brakes evenly, and more and more if it runs into something; it is asked half a metre
    further on, by speeds and by foot points, and what three or four places say counts. One of the two needed more than
    9 m/s² (tyres give 7 to 8 on dry asphalt): that counts in queues, too, but of riders, whose numbers jump from one to
    the next there, only where nobody else stood within 8 m. Or both together, with nobody else within 8 m, needed more
    than 14 m/s². And two have met who stand on together for 6.5 s, no further apart than 0.9 m and with nobody else
    within 8 m, came to rest within 6 s of one another, and one of them needed more than 7 m/s². Where its track breaks
    at the impact, who is first seen where it vanished is taken for it. Needs a ground.

    Limit: one that drives on is not found, nor one whose other party the camera never sees to stand, nor where no track
    shows how fast somebody came, nor at walking pace.
    """

    kind: Literal["incident.collision"] = "incident.collision"
    classes: list[ClassName] = Field(["vehicle"], min_length=1, description=CLASSES + ": who comes to a stop")
    reach_m: Positive = Field(5.0, description="Others count in its measures no further away than this, in metres")
    min_speed_kmh: Positive = Field(10.0, description="One of them came faster than this, in km/h")
    deceleration_mps2: Positive = Field(
        4.0, description="Of two who came too fast together each had to brake harder than this, in m/s²"
    )
    stop_speed_kmh: Positive = Field(3.0, description="Slower than this it stands, in km/h")
    for_s: Seconds = Field(3.0, description="Seconds for which it stands before the event starts")
    gap_s: Seconds = Field(1.0, description=GAP_S)
    clear_s: Seconds = Field(5.0, description=CLEAR_S)
    hold_s: Seconds = Field(60.0, description=HOLD_S)
    severity: Severity = Field(Severity.HIGHEST, description="Of its events")


class SlowVehicleSpec(Carriageway):
    """A vehicle is far slower than those around it.

    One event for each. Those around it: the median speed of the vehicles that passed on its lane in about the last
    `window_s`, each counted by the way it made, so that who stands or crawls does not slow the median. Where too few
    passed, in light traffic, the lane's free-flow speed (its `free_flow_kmh`, what a `measure` rule has learnt, or the
    limit) is taken instead. Who has somebody as slow, or not half again as fast, within 50 m ahead, on lanes of the
    group or straight on beyond these, waits for that one, and does not count, also for 5 s after that one is out of
    sight; nor, where the camera sees less than that ahead, who is slow among others as slow, with nobody at 60 % of the
    usual speed in the last 5 s; nor who is half again as fast as he was in the mean since he is slow: he braked, and
    sets off.
    """

    kind: Literal["incident.slow_vehicle"] = "incident.slow_vehicle"
    classes: list[ClassName] = Field(MOTOR, min_length=1, description=CLASSES)
    share: Annotated[float, Field(gt=0, lt=1)] = Field(
        0.4, description="It is slower than this share of the median speed of those that passed on its lane"
    )
    window_s: Annotated[float, Field(ge=10, le=3600)] = Field(
        120.0, description="Time constant, in seconds, in which their speeds are forgotten"
    )
    least_vehicles: Annotated[int, Field(ge=1)] = Field(5, description="Fewer that passed say nothing")
    usual_kmh: Positive = Field(20.0, description="Where the median is below this, all are slow: no incident; in km/h")
    stop_speed_kmh: Positive = Field(3.0, description="Slower than this it stands, in km/h")
    for_s: Seconds = Field(10.0, description="Seconds for which it is so slow before the event starts")
    gap_s: Seconds = Field(1.0, description=GAP_S)
    clear_s: Seconds = Field(5.0, description=CLEAR_S)
    hold_s: Seconds = Field(15.0, description=HOLD_S)
    severity: Severity = Field(Severity.MEDIUM, description="Of its events")
