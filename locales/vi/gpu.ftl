# Phát hiện và giải mã trên GPU
error-gpu-memory = { $name } đã hết bộ nhớ, không đủ cho cả { $batch ->
   *[other] { $batch } ảnh
} một lượt: các khung hình này bị mất. Hãy tắt chương trình khác đang dùng GPU, giảm "batch.size" hoặc chọn mô hình nhỏ hơn.
error-gpu-torch-missing = Phát hiện trên "{ $name }" cần PyTorch, nhưng chưa cài hoặc không nạp được ({ $reason }). Hãy cài matpho[gpu] hoặc chọn thiết bị cpu.
error-nvdec-missing = Giải mã trên GPU cần PyNvVideoCodec ({ $reason }). Hãy cài matpho[gpu] hoặc đặt "decode: cpu".
error-nvdec-driver = Không giải mã được trên GPU: { $reason }. Hãy kiểm tra trình điều khiển NVIDIA (trong container thì cả quyền "video") hoặc đặt "decode: cpu".
error-nvdec-codec = GPU không giải mã được { $codec } ở dạng { $pixels }: camera này được giải mã trên CPU.
error-nvdec-full = GPU không nhận thêm luồng video nào ({ $reason }): camera này được giải mã trên CPU.
# matpho bench gpu
cli-help-bench-gpu = Riêng bộ giải mã video của GPU, riêng bộ phát hiện, toàn bộ dây chuyền, và số camera xử lý được ở 5, 10 và 30 khung hình mỗi giây.
cli-arg-bench-gpu-videos = Các video 1080p ở 30 khung hình mỗi giây, chẳng hạn một tệp H.264 và một tệp H.265; mặc định: video của bản trình diễn.
cli-opt-bench-gpu-device = GPU cần đo, chẳng hạn cuda:0.
cli-opt-bench-gpu-seconds = Số giây của mỗi phép đo.
cli-opt-bench-gpu-streams = Số luồng giải mã cùng lúc.
cli-bench-gpu-none = PyTorch không tìm thấy GPU NVIDIA nào ở đây.
cli-bench-gpu-not-measured = Không đo ở đây
cli-bench-gpu-decode = riêng giải mã, khung hình/giây
cli-bench-gpu-chain = toàn bộ dây chuyền, khung hình/giây
cli-bench-gpu-cameras = số camera ở { $fps } khung hình/giây
cli-bench-gpu-batches = Riêng bộ phát hiện, khung hình/giây theo số ảnh mỗi lượt
