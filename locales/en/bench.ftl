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
# matpho bench perception
cli-help-bench-perception = The whole chain beside the detector alone, decoding alone and other packages' chains, on one core; batches, cores, memory.
cli-opt-bench-perception-peers = Also measure Ultralytics and supervision, each in an environment of its own; downloads about 5 GB once. Needs a --model that Ultralytics reads.
cli-opt-bench-perception-backend = Backend to measure. auto: each that is installed; the fastest stands beside the peers.
cli-bench-perception-chooses = Looking for the fastest backend
cli-bench-perception-round = Round { $number } of { $rounds }
cli-bench-perception-batches = Batches
cli-bench-perception-memory-of = Memory: { $cameras ->
    [one] { $cameras } camera
   *[other] { $cameras } cameras
}
cli-bench-perception-cores-of = Up to { $cores ->
    [one] { $cores } core
   *[other] { $cores } cores
}
cli-bench-perception-no-peer-model = { $model } is no ONNX export of an Ultralytics model, so the peers cannot run it and were not measured. Give one with --model. To make one, in an environment of your own: pip install ultralytics onnx, then yolo export model=yolo11n.pt format=onnx imgsz=320 (Ultralytics and its models are under AGPL-3.0).
cli-bench-perception-limits = { $video }, { $model }: { $frames } frames, { $objects } objects a frame, one core, { $rounds ->
    [one] one round
   *[other] medians of { $rounds } rounds
}
cli-bench-perception-decoding = Decoding alone takes { $ms } ms a frame.
cli-bench-perception-beside = Beside other packages, with { $backend }
cli-bench-perception-no-peers = No peer was measured: --peers does it.
cli-bench-perception-stages = Where a frame's time goes, ms
cli-bench-perception-cost = The system itself, without decoding and the graph, with { $cameras } cameras in a batch: { $us } µs of processor a frame (mark: { $mark }).
cli-bench-perception-batches-title = ms a frame by images in a call (ms until they are all there)
cli-bench-perception-fixed = The graph takes a fixed number of images, whatever is asked: { $backends }.
cli-bench-perception-machine = One process on each core, frames a second together
cli-bench-perception-memory = Resident memory of one process: { $held }.
cli-bench-perception-held = { $cameras ->
    [one] { $cameras } camera
   *[other] { $cameras } cameras
} { $mib } MiB
cli-bench-perception-backend = backend
cli-bench-perception-detector = detector, ms
cli-bench-perception-chain = chain, ms
cli-bench-perception-alone = detector alone
cli-bench-perception-whole = whole chain
cli-bench-perception-over-detector = chain ÷ detector
cli-bench-perception-mark = mark
cli-bench-perception-fps = fps
cli-bench-perception-ms = ms a frame
cli-bench-perception-boxes = boxes
cli-bench-perception-times = ours ÷ theirs
cli-bench-perception-times-one = × one core
cli-bench-perception-stage = stage
cli-bench-perception-batch = images in a call
cli-bench-perception-cores = cores
cli-bench-perception-decode = decoding alone
cli-bench-perception-fill = scaling into the input
cli-bench-perception-infer = the graph
cli-bench-perception-boxes-stage = boxes out of its outputs
cli-bench-perception-track = tracking
cli-bench-perception-locate = motion on the ground
cli-bench-perception-rules = rules
cli-bench-perception-cpu-chain = processor, chain
cli-bench-perception-cpu-detector = processor, detector alone
cli-bench-perception-cpu-decode = processor, decoding and scaling
cli-bench-perception-cpu-python = processor, the system itself
error-bench-no-frames = { $path }: not one frame could be read. Give another file as --video.
