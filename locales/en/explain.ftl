# Why a rule did or did not find something: matpho replay --explain
cli-opt-explain = Tell for this track what each rule of the scene saw of it, step by step, instead of the findings.
cli-opt-explain-json = With --explain: as one JSON object.
cli-explain-alone = --json goes with --explain, and --explain without --out
cli-explain-title = Track { $track } of { $path }
cli-explain-sighting = { $from } – { $to }: { $class }, camera { $camera }
cli-explain-rule = { $kind } · { $place } ({ $rule })
cli-explain-rule-camera = { $kind } ({ $rule })
cli-explain-more = … and { $count } more steps; --json has them all
error-explain-track = { $path }: there is no track { $track }. It has { $count } tracks; nearest: { $near }
error-explain-empty = { $path }: there are no tracks in it.

explain-outcome-event = Fired at { $at }: event { $event }, which counts from { $since }; { $end }
explain-outcome-open = still open at the end
explain-outcome-ended = over at { $at }: { $reason }
explain-outcome-others = Fired at { $at } for others: event { $event }, which counts from { $since }; { $end }
explain-outcome-counted = Counted { $count ->
        [one] once: { $times }
       *[other] { $count } times: { $times }
    }
explain-outcome-none = Did not fire. Nearest to it at { $at }; missing: { $missing }
explain-outcome-not-counted = Not counted. Nearest to it at { $at }; missing: { $missing }
explain-outcome-held = All conditions held, but nothing came of it in this recording
explain-outcome-unjudged = Not judged in a recording
explain-outcome-silence = Not judged in a recording: it has rows only where something is seen, so that a gap in it is no silence of the camera

explain-number = { $value }
explain-span = { $low }–{ $high }
unit-s = { $value } s
unit-px = { $value } px
unit-m = { $value } m
unit-km-h = { $value } km/h
unit-percent = { $value } %
unit-per-m2 = { $value } /m²
unit-car-lengths = { $value } car lengths
unit-car-lengths-s = { $value } car lengths/s
unit-box-lengths-s = { $value } lengths of its box/s
unit-m-s2 = { $value } m/s²
unit-degrees = { $value }°
unit-box-heights-s = { $value } heights of its box/s

explain-class = { $holds ->
        [yes] { $class }: a class that is looked at
       *[no] { $class }: not a class that is looked at
    }
explain-seen = not seen in this frame, only believed to be there
explain-in-zone = { $holds ->
        [yes] in { $place }, { $value } from its border
       *[no] not in { $place }, { $value } away from it
    }
explain-no-lane = { $place ->
        [all] on no lane
       *[other] on no lane (wanted: { $place })
    }
explain-on-lane = { $holds ->
        [yes] on { $lane }
       *[no] on { $lane }, which is not of { $place }
    }
explain-waited = { $of ->
        [place] has lasted at the place, by whomever, for { $value } of { $limit } wanted
       *[track] has lasted for { $value } of { $limit } wanted
    }
explain-open = event { $event } is open
explain-reset = { $of ->
        [place] lasts at the place no more, after { $value } of { $limit }. For longer than the { $gap } allowed: { $cause }
       *[track] lasts no more, after { $value } of { $limit }. For longer than the { $gap } allowed: { $cause }
    }
explain-no-frame = no frame for { $value }, or another track took its place

explain-line-crossed = { $way ->
        [forward] crosses { $line } forward
       *[backward] crosses { $line } backward
    }
explain-line-near = { $value } from { $line }; it is on a side only beyond { $limit }
explain-line-other = { $side ->
        [left] has come to the left of { $line }, { $value } from it
       *[right] has come to the right of { $line }, { $value } from it
    }
explain-line-twice = the same vehicle has been counted over { $line } just now, as another track
explain-line-beside = around the end of { $line }, { $value } beyond it, not through it
explain-line-side = { $side ->
        [left] to the left of { $line }, { $value } from it
       *[right] to the right of { $line }, { $value } from it
    }
explain-direction = { $holds ->
        [yes] a direction that is looked for
       *[no] not the direction that is looked for
    }

explain-stands = { $holds ->
        [yes] stands: { $value } < { $limit }
       *[no] does not stand: { $value }, wanted < { $limit }
    }
explain-waits-in-queue = waits in a queue of { $value } vehicles ({ $limit } or more are no obstacle)
explain-waits-behind = waits for somebody ahead, who stood before it did
explain-waits-for-next = waits for who stands next ahead: mostly hidden, or past the end of the lane
explain-cut-off = the picture's edge hides a part of it, so that its lane is not known: told after { $longest }
explain-for-the-unseen = may wait for what is ahead, where the camera sees no further: it does not once { $limit } vehicles went past it, or one too fast to stop, or after { $longest }
explain-rushed = { $holds ->
        [yes] within { $reach } of where two rushed at each other at more than { $limit }
       *[no] nobody has rushed at another here at more than { $limit }, and stayed within { $reach }
    }
explain-crowd = { $holds ->
        [yes] { $value } people in { $place } ≥ { $limit }
       *[no] { $value } people in { $place } < { $limit }
    }
explain-crowd-density = { $holds ->
        [yes] crowded: { $value } people in { $place } (from { $limit } on), { $density } (above { $most })
       *[no] not crowded: { $value } people in { $place } (from { $limit } on), { $density } (above { $most })
    }

explain-free-flow-unknown = the free-flow speed of its lane is not known yet
explain-pace = drives at { $value }; free flow { $limit }
explain-across-lane = does not drive along its lane: does not count
explain-vehicles-at-once = { $holds ->
        [yes] { $value } vehicles at once ≥ { $limit }
       *[no] { $value } vehicles at once < { $limit }
    }
explain-share = { $holds ->
        [yes] all drive at { $value } of free flow < { $limit } ({ $speed } of { $free })
       *[no] all drive at { $value } of free flow ≥ { $limit } ({ $speed } of { $free })
    }
explain-share-unknown = the mean speed is not known yet: less than half of its time was watched
explain-queued = { $holds ->
        [yes] queues: { $value }, until faster than { $limit }
       *[no] does not queue: { $value }, wanted < { $limit }
    }
explain-queue-new = its speed is known only after { $limit }; seen for { $seen }
explain-queue-long = { $holds ->
        [yes] its queue: { $value } ≥ { $limit }, { $vehicles } vehicles
       *[no] its queue: { $value } < { $limit }, { $vehicles } vehicles
    }
explain-queue-behind = its queue begins { $value } before { $line }, and so does not come from beyond it
explain-queue-reaches = { $holds ->
        [yes] its queue reaches { $line }: it ends { $value } from there
       *[no] its queue ends { $value } short of { $line }
    }
explain-camera-sends = a picture is there

explain-counted = counts: { $class }
explain-counted-before = has counted since it came in, { $ago } ago
explain-lane-passed = { $way ->
        [forward] passes the counting place
       *[backward] passes the counting place against the lane
    }
explain-lane-near = { $value } from the counting place; it is past it only beyond { $limit }
explain-lane-before = { $value } before the counting place
explain-lane-past = { $value } past the counting place
explain-came-in = came in over { $entry }
explain-came-unseen = was not seen to come in
explain-not-in = has come in over no entry
explain-left = goes out over { $exit }

explain-hours = outside of the hours in which it is looked at
explain-excepted = in { $place }, which is excepted
explain-no-metres = nothing is in metres here
explain-gone = has lasted over { $value } of { $limit } wanted
explain-runs = { $holds ->
        [yes] runs: { $value } > { $limit }
       *[no] does not run: { $value }, wanted > { $limit }
    }
explain-on-foot = { $holds ->
        [yes] on foot: { $value }, never > { $limit }
       *[no] rides: it was faster than { $limit } (now { $value })
    }
explain-has-not-walked = has not walked: { $limit } from where it was first seen, across its lane or along it
explain-has-not-come = may be a thing: has not come { $limit } away from where it was first seen
explain-too-tall = no person: would be { $value } tall, at most { $limit }
explain-zone-edge = so near to the edge that it may be outside: { $limit } inside are wanted
explain-sits-on-machine = sits on a two-wheeler: a rider
explain-among-queue = stands among vehicles that queue, less than { $limit } away: a rider
explain-held-up = waits for somebody as slow ahead
explain-drives = { $holds ->
        [yes] drives: { $value } ≥ { $limit }
       *[no] too slow: { $value }, wanted ≥ { $limit }
    }
explain-against = { $holds ->
        [yes] heads { $value } away from its lane > { $limit }
       *[no] heads { $value } away from its lane, wanted > { $limit }
    }
explain-usual-unknown = how fast others pass its lane is not known yet
explain-usual = { $holds ->
        [yes] others pass at { $value } ≥ { $limit }
       *[no] others pass at { $value } < { $limit }: all are slow
    }
explain-moves = { $holds ->
        [yes] moves: { $value } > { $limit }
       *[no] stands: { $value }, wanted > { $limit }
    }
explain-slow = { $holds ->
        [yes] slow: { $value } < { $limit }
       *[no] not slow: { $value }, wanted < { $limit }
    }
explain-limit-unknown = no speed limit is known for its lane
explain-speeds = { $holds ->
        [yes] surely above the limit: { $value } > { $limit }; { $doubt } are taken off for doubt
       *[no] not surely above the limit: { $value }, wanted > { $limit }; { $doubt } are taken off for doubt
    }
explain-needs-brakes = { $holds ->
        [yes] came faster than one can brake: it needed { $value } > { $limit } to stand here
       *[no] could have braked: it needed { $value } to stand here, wanted > { $limit }
    }
explain-other-needs-brakes = the other came faster than one can brake: it needed { $value } > { $limit } to stand there
explain-both-need-brakes = they came faster than two can brake: together they needed { $value } > { $limit } to stand here
explain-stood-on = stands on in touch with another, with nobody near them, and one of them had to brake with { $value } > { $limit }
explain-settles = stands for { $value }: its place is known after { $limit }
explain-has-met = { $holds ->
        [yes] has met another
       *[no] has not met another: none that stood by then stands in touch, or others stand around
    }
explain-turn-time = { $holds ->
        [yes] came in { $value } ago ≤ { $limit }
       *[no] came in { $value } ago, wanted ≤ { $limit }
    }
