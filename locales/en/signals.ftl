# Traffic signals
kind-violation-red_light = Red light
sentence-violation-red_light = Crossed the stop line of { $zone } after { $seconds } s of red (indication, not for fines): { $class }

signal-unknown = unknown
signal-red = red
signal-red-amber = red and amber
signal-amber = amber
signal-green = green
signal-flashing-amber = flashing amber

explain-signal-stops = { $holds ->
    [yes] { $place } shows { $state }
   *[no] { $place } does not show red, but { $state }
 }
explain-red-for = { $holds ->
    [yes] red for { $value }, at least { $limit }
   *[no] red for { $value }, less than { $limit }
 }
explain-crossed-red = its front crossed the stop line of { $place } after { $value } of red
explain-past-line = has come { $value } past the line, of { $limit } wanted: it may stop there
explain-may-leave = may still leave over a line that is allowed at red, within { $limit }

problem-lamp-shape = give a lamp one of "box", "circle", "polygon"
problem-lamp-box = a box is [left, top, right, bottom], with left before right and top before bottom
problem-lamp-arrow = "releases" belongs to a lamp with an "arrow", and an arrow is green: one that is red has a signal of its own
problem-lamp-outside = the "{ $colour }" lamp does not lie in the picture of { $width } × { $height } as a whole; check reference_size and the points
problem-signal-source = give a signal either "lamps" or "feed"
problem-signal-lamp-twice = two full lamps are { $colour }: signals that show the same side by side are two signals
problem-signal-lamps = a signal is told by its red and its green lamp at least: mark both
problem-signal-no-approach = say which "lanes" end at its stop line, or which "line" it is
problem-signals-no-way = controllers tell over HTTP ("listen") or by a topic ("kafka"): give one
problem-signals-untold = the scene's signal "{ $name }" has a "feed", but nobody can tell it: give the configuration "signals"
signal-off = off: nobody tells what signal { $signal } shows. Run a configuration with "signals", or mark the lamps in the scene; docs/scenes.md says how.
signal-silent = signal { $signal } is unknown: its feed { $feed } has told nothing since the start
signal-silent-since = signal { $signal } is unknown: its feed { $feed } has told nothing since { $since }
error-signals-token = signals: { $host } can be reached from other machines: give "token_env", or listen at 127.0.0.1
error-signals-listen = signals: cannot listen at { $host }, port { $port }: { $reason }
error-signals-workers = signals: "listen" is for one process; with several workers let controllers tell by a Kafka topic
