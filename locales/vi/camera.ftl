# Bản thân camera
kind-camera-frozen = Camera đứng hình
kind-camera-dark = Camera tối đen
kind-camera-blurred = Camera bị mờ
kind-camera-covered = Camera bị che
kind-camera-moved = Camera bị xê dịch
kind-camera-clock = Đồng hồ camera sai

sentence-camera-frozen = Hình không đổi đã { $duration }
sentence-camera-dark = Quá tối, không nhìn thấy gì đã { $duration }
sentence-camera-blurred = Hình mờ đã { $duration }: độ nét chỉ bằng { $percent } % mức thường
sentence-camera-covered = Bị che đã { $duration }: { $percent } % hình bị khuất
sentence-camera-moved = Camera nhìn sang chỗ khác: các luật theo vị trí tạm dừng cho đến khi camera nhìn về chỗ cũ
sentence-camera-moved-pixels =
    { $corrected ->
        [yes] Hình đã xê dịch { $shift } điểm ảnh, đã được bù lại
       *[no] Hình đã xê dịch { $shift } điểm ảnh: các luật theo vị trí tạm dừng cho đến khi về chỗ cũ
    }
sentence-camera-clock =
    { $way ->
        [ahead] Đồng hồ camera nhanh { $seconds } giây
       *[behind] Đồng hồ camera chậm { $seconds } giây
    }

explain-camera-fault = { $holds ->
        [yes] camera đang đúng như loại này nêu; đối tượng không liên quan
       *[no] luật này về camera, không về đối tượng
    }
page-yes = có
page-no = không

# Why no picture comes, after a colon
because-login = camera từ chối đăng nhập
because-not-served = camera không có luồng hình này
because-refused = camera từ chối kết nối
because-timeout = camera không trả lời
because-unreachable = không kết nối được tới camera
because-protocol = giao thức của camera không được hỗ trợ
because-not-stream = camera trả lời nhưng không phải video
because-no-frame = không giải mã được hình nào của camera
because-lost = camera ngắt luồng hình
because-stalled = vẫn kết nối nhưng camera không gửi hình
because-clock = đồng hồ của luồng hình bị lùi lại
because-push-closed = chương trình gửi hình đã đóng camera
because-synthetic = luồng hình mô phỏng bị ngắt
because-unexpected = dừng vì lỗi ngoài dự kiến, xem nhật ký
