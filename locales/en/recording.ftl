# Recorded traffic as a camera
source-recording-caption = Simulated traffic
error-recording-unreadable = { $where }: not a recording of traffic, or damaged. Copy it again, or make it anew.
error-recording-missing = { $where }: not a whole recording of traffic: "{ $name }" is missing in it. Make it anew.
error-recording-large = { $where }: "{ $name }" in it takes more than { $most } MB. Record a shorter stretch.
error-recording-about = { $where }: { $name }: { $reason }. Make the recording anew.
error-recording-shape = { $where }: "{ $name }" is { $found }, where { $expected } is expected. Make the recording anew.
error-recording-steps = { $where }: { $count } steps of time, where 2 to { $most } are expected. Record another stretch.
error-recording-rows = { $where }: road users announce { $announced } places, but there are { $count }. The file is damaged: copy it again, or make it anew.
error-recording-user = { $where }: road user { $number }: { $field } is { $found }, which cannot be. Make the recording anew.
