# matpho bench tracking
cli-help-bench-tracking = Accuracy and cost of the tracker: HOTA, MOTA, IDF1 on MOTChallenge sequences, and milliseconds a frame.
cli-opt-bench-data = Folder of MOTChallenge sequences, such as the train folder of https://motchallenge.net/data/MOT15.zip.
cli-opt-bench-peers = Also measure other packages' trackers, each in an environment of its own; downloads about 5 GB once.
cli-opt-bench-plot = Also draw the figures into this PNG file.
cli-bench-tracking-no-data = Without --data only cost is measured. Accuracy needs MOT15: unpack https://motchallenge.net/data/MOT15.zip and give its train folder as --data.
cli-bench-tracking-prepares = { $name }: preparing its environment
cli-bench-tracking-scores = Scoring with TrackEval
cli-bench-tracking-scaling = { $name }: { $objects } objects, { $cameras } cameras
cli-bench-tracking-objects = { $objects } objects
cli-bench-tracking-stride-of = { $name }, 1 of { $stride } frames
cli-bench-tracking-truth-of = { $name }, true boxes
cli-bench-tracking-sums = All { $sequences } sequences together, { $frames } frames, public detections
cli-bench-tracking-ms = ms a frame
cli-bench-tracking-truth = IDF1 on true boxes
cli-bench-tracking-by-sequence = Each sequence
cli-bench-tracking-by-rate = HOTA when only some frames are seen
cli-bench-tracking-costs = ms a frame by objects in the picture, one core
cli-bench-tracking-cameras = { $cameras ->
    [one] { $cameras } camera
   *[other] { $cameras } cameras
}
cli-bench-tracking-live = { $tracks } live tracks ({ $cameras } cameras, { $objects } objects each) in one tracker: { $ms } ms a frame, { $mib } MiB
cli-bench-tracking-failed = Not measured
cli-bench-tracking-oracle = true identities
cli-bench-tracking-no-folder = its folder does not exist
cli-bench-tracking-plot-ms = ms a frame, one core
cli-bench-tracking-plot-rate = frames seen
cli-bench-tracking-plot-cameras = cameras
cli-bench-tracking-plot-objects = objects in the picture
error-bench-no-folder = { $path }: no such folder. Give the folder that holds the sequences, such as the train folder of MOT15.
error-bench-no-sequence = { $path }: holds no sequence. Expected folders with gt/gt.txt, det/det.txt and seqinfo.ini (or gt.txt, det.txt, seqinfo.ini); for MOT15 give its train folder.
error-bench-incomplete = { $path }: { $file } is missing. A sequence has gt.txt, det.txt and seqinfo.ini; the test folder of MOT15 has no truth, use train.
error-bench-seqinfo = { $path }: frameRate, seqLength, imWidth or imHeight of [Sequence] is missing or wrong: { $reason }. Correct the file, or unpack it again.
error-bench-length = { $path }: frame { $frame } lies after the end, as seqinfo.ini gives { $length } frames. Correct either file.
error-bench-truth = { $path }: not a table of frame,id,x,y,width,height,flag: { $reason }. Correct the file, or unpack it again.
error-bench-no-uv = uv was not found, neither on the PATH nor as { $path }. It makes the environments in which scores, peers and plots are computed: run "make setup", or install it from https://docs.astral.sh/uv.
error-bench-install = { $packages }: cannot be installed: { $reason }. Check the connection to the package index and the free disk space.
error-bench-script = { $packages }: failed: { $reason }. The environment is there, so this is a fault of the package or of its script in benchmarks/peers.
error-bench-stopped = the process was stopped from outside, perhaps because memory ran out. Close other programs and try again.
