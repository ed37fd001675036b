# The camera itself
kind-camera-frozen = Camera frozen
kind-camera-dark = Camera dark
kind-camera-blurred = Camera blurred
kind-camera-covered = Camera covered
kind-camera-moved = Camera moved
kind-camera-clock = Camera clock wrong

sentence-camera-frozen = The same picture for { $duration }
sentence-camera-dark = Too dark to see anything for { $duration }
sentence-camera-blurred = Blurred for { $duration }: { $percent } % of the usual sharpness
sentence-camera-covered = Covered for { $duration }: { $percent } % of the picture hidden
sentence-camera-moved = The camera looks elsewhere: rules that name places pause until it looks back
sentence-camera-moved-pixels =
    { $corrected ->
        [yes] The picture has moved by { $shift } pixels, which are taken off
       *[no] The picture has moved by { $shift } pixels: rules that name places pause until it is back
    }
sentence-camera-clock =
    { $way ->
        [ahead] The camera's clock is { $seconds } s ahead
       *[behind] The camera's clock is { $seconds } s behind
    }

explain-camera-fault = { $holds ->
        [yes] the camera is as this kind says; tracks have no part in that
       *[no] about the camera, not about tracks
    }
page-yes = yes
page-no = no

# Why no picture comes, after a colon
because-login = it refuses the login
because-not-served = it has no such stream
because-refused = it refuses the connection
because-timeout = it does not answer
because-unreachable = it cannot be reached
because-protocol = its protocol is not known here
because-not-stream = it answers, but not with video
because-no-frame = no picture of it could be decoded
because-lost = it ended the stream
because-stalled = it is connected, but sends no picture
because-clock = its stream clock was set back
because-push-closed = the program that hands in its frames has closed it
because-synthetic = the made-up stream broke
because-unexpected = stopped by an unexpected error, see the log
