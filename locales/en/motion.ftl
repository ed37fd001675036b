# Motion on the ground
cli-help-bench-motion = Accuracy of positions and speeds on made-up tracks, beside a line through the last second; cost of the world stage.
bench-motion-title = Speeds of made-up cars, after two seconds (line: slopes through the last second)
bench-motion-way = way
bench-motion-noise = box errors
bench-motion-fps = frames/s
bench-motion-still = standing, km/h
bench-motion-worst = 95 %
bench-motion-steady = 8 m/s: error, m/s
bench-motion-early = after 1 s
bench-motion-place = position, m
bench-motion-braking = braking, m/s
bench-motion-stop = stop seen after, s
bench-motion-slow = 90 %
bench-motion-cost = World stage, one core
bench-motion-what = what
bench-motion-ms = ms a frame
bench-motion-share = share of 0.15 ms
