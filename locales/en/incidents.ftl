# Incidents and violations
kind-security-running = Running
kind-incident-wrong_way = Wrong way
kind-incident-pedestrian_on_carriageway = Pedestrian on carriageway
kind-incident-collision = Collision
kind-incident-slow_vehicle = Slow vehicle
kind-violation-illegal_parking = Illegal parking
kind-violation-speeding = Speeding (indication)
kind-violation-lane = Lane violation
kind-violation-no_crossing = Solid line crossed

sentence-security-fight_suspected = A fight in { $zone }? Two closed in at { $speed } km/h; up to { $count } people have stayed together for { $duration }
sentence-security-running = Somebody has run through { $zone } for { $duration }
sentence-incident-wrong_way = Driving the wrong way on { $zone } for { $duration }: { $class }
sentence-incident-wrong_way-metres = Driving the wrong way on { $zone } for { $way } m, { $duration }: { $class }
sentence-incident-pedestrian_on_carriageway =
    { $count ->
        [one] One person on foot on { $zone } for { $duration }
       *[other] Up to { $count } people at once on foot on { $zone } for { $duration }
    }
sentence-incident-collision =
    { $count ->
        [one] Stopped abruptly from { $speed } km/h on { $zone } beside another, standing for { $duration }: { $class }
       *[other] Stopped abruptly from { $speed } km/h on { $zone } beside { $count } others, standing for { $duration }: { $class }
    }
sentence-incident-slow_vehicle = At { $percent } % of the usual speed on { $zone } for { $duration }: { $class }
sentence-violation-illegal_parking = Stands on { $zone }, where that is forbidden, for { $duration }: { $class }
sentence-violation-speeding = { $speed } km/h on { $zone }, { $limit } allowed (indication, not for fines): { $class }
sentence-violation-lane =
    { $what ->
        [forbidden_turn] Forbidden turn { $zone }: { $class }
       *[closed_lane] On { $zone }, which is closed to it, for { $duration }: { $class }
    }
sentence-violation-no_crossing =
    { $direction ->
        [forward] Crossed the solid line { $zone } forward: { $class }
       *[backward] Crossed the solid line { $zone } backward: { $class }
    }
violation-closed-lane = on a lane that is closed to it
violation-forbidden-turn = forbidden turn
place-all-lanes = the carriageway

# Mistakes in rules
problem-rule-one-place = give at most one of "zone", "lane", "group"; without any, all lanes of the scene are watched
problem-rule-no-lanes = the scene has no lanes to watch: draw some, or name a "zone"
problem-lane-rule-place = give one of "lane", "group", or "entry" with "exit"
problem-timezone-unknown = unknown time zone "{ $name }": an IANA name is wanted, such as Asia/Ho_Chi_Minh
problem-rule-needs-ground = this kind needs metres, and the scene has no "ground"
problem-rule-no-limit = no lane here has a "speed_limit_kmh": give "limit_kmh", or one to the lanes
