# What each kind of event is, in one sentence; its arguments are the defaults of its rule's parameters
definition-traffic-congestion = The mean speed on a group of lanes has stayed below a share of its free-flow speed for longer than a cycle of the signals.
definition-traffic-queue = Vehicles slower than { $begin_kmh } km/h, until they are faster than { $end_kmh } km/h, stand one behind another with gaps of at most { $gap_m } m, over at least { $min_length_m } m for { $for_s } s.
definition-traffic-spillback = A queue has reached a line for { $for_s } s: the junction behind, or the end of a ramp.
definition-incident-stopped_vehicle = A vehicle has stood on a carriageway, slower than { $stop_speed_kmh } km/h, for { $for_s } s, and waits neither in a queue nor at a signal.
definition-incident-wrong_way = A vehicle heads against the direction of its lane, by more than { $angle_deg }°, for { $min_way_m } m and { $for_s } s.
definition-incident-pedestrian_on_carriageway = Somebody has been on foot on a carriageway for { $for_s } s, crossings excepted.
definition-incident-collision = Two road users meet, and one of them comes to an abnormal stop: it came faster than it could have braked, stands in touch with another, and has stood so for { $for_s } s.
definition-incident-slow_vehicle = A vehicle has moved at less than { $share } of the median speed of those that passed on its lane for { $for_s } s.
definition-incident-debris = A thing of at least { $min_size_m } m that was not there before has lain on a carriageway for { $for_s } s, and no track explains it.
definition-incident-smoke_fire = A second model has seen smoke or fire in { $looks } of its last { $of_looks } looks at a camera, one look a second unless configured otherwise.
definition-violation-red_light = The front of a vehicle crosses the stop line when its signal has been red for { $grace_s } s, and it goes on; who is over the line before is excepted.
definition-violation-illegal_parking = A vehicle has stood where stopping is forbidden for { $for_s } s.
definition-violation-speeding = A vehicle has been faster than the limit, plus a tolerance, over { $over_m } m of way.
definition-violation-lane = A vehicle has been on a lane that is closed to its class for { $for_s } s, or makes a forbidden turn.
definition-violation-no_crossing = A vehicle crosses a solid line.
definition-security-intrusion = Somebody has been in a closed zone, in its closed hours, for { $for_s } s.
definition-security-line_crossing = Somebody crosses a tripwire: from one side of a line to the other, through the line itself.
definition-security-loitering = A person has stayed in a zone for { $for_s } s.
definition-security-crowding = At least { $count } people have been in a zone at once, or more than { $density_per_m2 } to a square metre, for { $for_s } s.
definition-security-running = A person has moved faster than { $speed_kmh } km/h for { $for_s } s.
definition-security-abandoned_object = An object lies where its owner left it, and he has been more than { $away_m } m away for { $for_s } s.
definition-security-fight_suspected = Two people have closed in on each other at more than { $approach_kmh } km/h, and have stayed together for { $for_s } s: a hint, not a finding.
definition-environment-encroachment = Goods, stalls or parked vehicles have taken up a pavement or a carriageway for { $for_s } s.
definition-environment-littering = An object appears in a no-dumping zone, and whoever left it has been more than { $away_m } m away for { $for_s } s.
definition-environment-flooding = A second model has seen standing water in { $looks } of its last { $of_looks } looks; off until a model with such a class is configured.
definition-camera-down = A live camera has sent no frame for { $after_s } s.
definition-camera-frozen = Frames come, and for { $for_s } s all have shown the same picture; a burnt-in clock may go on.
definition-camera-dark = It is too dark to see anything: for { $for_s } s less than 1 % of the picture has been brighter than { $light } of 255.
definition-camera-blurred = Edges have been less than { $sharpness } times as sharp as is usual at this camera, for { $for_s } s.
definition-camera-moved = The picture of a fixed camera has lain at least { $shift_px } pixels from where its scene was drawn, or fitted nowhere, for { $for_s } s.
definition-camera-covered = At least { $hidden } of what the picture usually shows has been hidden for { $for_s } s.
definition-camera-clock = The camera's own clock has been more than { $ahead_s } s ahead of ours or behind it, for { $for_s } s.

# Kinds that no rule raises yet
kind-incident-smoke_fire = Smoke or fire
kind-security-fight_suspected = Fight suspected
kind-environment-flooding = Flooding
