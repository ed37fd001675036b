# Events of traffic as a whole
kind-traffic-congestion = Congestion
kind-traffic-queue = Queue
kind-traffic-spillback = Queue spills back

level-heavy = heavy
level-slow = slow
level-queuing = queuing
level-stationary = stationary

sentence-traffic-congestion =
    { $level ->
        [stationary] Traffic on { $zone } stands still
        [queuing] Traffic on { $zone } crawls
        [slow] Traffic on { $zone } is slow
       *[heavy] Traffic on { $zone } is heavy
    }, { $percent } % of free-flow speed, for { $duration }
sentence-traffic-queue = Queue of { $length } { $unit ->
    [metres] m
   *[cars] car lengths
    } on { $zone } for { $duration }, up to { $count } vehicles
sentence-traffic-spillback = A queue of { $length } { $unit ->
    [metres] m
   *[cars] car lengths
    } has reached { $zone } for { $duration }, { $count } vehicles in it

# Mistakes in rules
problem-queue-speeds = "end_kmh" must not be below "begin_kmh": a vehicle leaves a queue when it is faster than it was on joining
problem-queue-one-place = give either "lane" or "group"
problem-line-off-lanes = no lane's centreline crosses the line "{ $line }": draw the line over a lane, or the lane on to the line
