# Kinds of events, and what is said of them
kind-security-line_crossing = Line crossed
kind-security-intrusion = Intrusion
kind-security-loitering = Loitering
kind-security-crowding = Crowding
kind-incident-stopped_vehicle = Stopped vehicle
kind-camera-down = Camera down
kind-measure = Traffic count

phase-started = started
phase-updated = going on
phase-ended = ended

severity-lowest = lowest
severity-low = low
severity-medium = medium
severity-high = high
severity-highest = highest

reason-cleared = its cause has gone
reason-unseen = its cause was no longer found
reason-camera_lost = the camera was away for too long to know
reason-camera_removed = the camera was removed
reason-rule_removed = the rule was removed from the scene
reason-muted = it was muted

direction-forward = forward
direction-backward = backward

class-person = person
class-bicycle = bicycle
class-motorcycle = motorcycle
class-car = car
class-bus = bus
class-truck = truck
class-train = train
class-animal = animal
class-bag = bag
class-unknown = something

duration-seconds = { $seconds } s
duration-minutes = { $minutes } min { $seconds } s
duration-hours = { $hours } h { $minutes } min

sentence-security-line_crossing =
    { $direction ->
        [forward] Crossed { $zone } forward: { $class }
       *[backward] Crossed { $zone } backward: { $class }
    }
sentence-security-intrusion =
    { $count ->
        [one] One inside { $zone } for { $duration }: { $class }
       *[other] Up to { $count } at once inside { $zone } for { $duration }: { $class }
    }
sentence-security-loitering = Someone has stayed in { $zone } for { $duration }
sentence-security-crowding = Up to { $count } people at once in { $zone }, crowded for { $duration }
sentence-security-crowding-density = Up to { $count } people at once in { $zone } ({ $density } /m²), crowded for { $duration }
sentence-incident-stopped_vehicle = Standing still in { $zone } for { $duration }: { $class }
sentence-camera-down = No picture for { $duration }
sentence-camera-down-reason = No picture for { $duration }: { $reason }

# Mistakes in rules
