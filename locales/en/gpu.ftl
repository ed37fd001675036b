# Detection and decoding on a GPU
error-gpu-memory = { $name } has no memory left, not even for { $batch ->
    [one] one image
   *[other] { $batch } images
} at once: these frames are lost. End other programs on the GPU, make "batch.size" smaller, or choose a smaller model.
error-gpu-torch-missing = Detection on "{ $name }" needs PyTorch, which is not installed or cannot be loaded ({ $reason }). Install matpho[gpu], or choose the device cpu.
error-nvdec-missing = Decoding on the GPU needs PyNvVideoCodec ({ $reason }). Install matpho[gpu], or set "decode: cpu".
error-nvdec-driver = Decoding on the GPU is not possible: { $reason }. Check the NVIDIA driver (in a container also the capability "video"), or set "decode: cpu".
error-nvdec-codec = The GPU does not decode { $codec } in { $pixels }: this camera is decoded on the CPU.
error-nvdec-full = The GPU takes no further video stream ({ $reason }): this camera is decoded on the CPU.
# matpho bench gpu
cli-help-bench-gpu = The GPU's video decoder alone, the detector alone, the whole chain, and the cameras carried at 5, 10 and 30 frames a second.
cli-arg-bench-gpu-videos = Videos of 1080p at 30 frames a second, such as one in H.264 and one in H.265; default: the demo's clip.
cli-opt-bench-gpu-device = GPU to measure, such as cuda:0.
cli-opt-bench-gpu-seconds = Seconds of each measurement.
cli-opt-bench-gpu-streams = Streams decoded at once.
cli-bench-gpu-none = PyTorch finds no NVIDIA GPU here.
cli-bench-gpu-not-measured = Not measured here
cli-bench-gpu-decode = decoding alone, frames/s
cli-bench-gpu-chain = whole chain, frames/s
cli-bench-gpu-cameras = cameras at { $fps } fps
cli-bench-gpu-batches = Detector alone, frames/s by images in a call
