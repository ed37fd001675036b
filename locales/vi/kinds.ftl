# Kinds of events, and what is said of them
kind-security-line_crossing = Vượt vạch
kind-security-intrusion = Xâm nhập
kind-security-loitering = Lảng vảng
kind-security-crowding = Tụ tập đông người
kind-incident-stopped_vehicle = Xe dừng đỗ
kind-camera-down = Mất tín hiệu camera
kind-measure = Đếm lưu lượng

phase-started = bắt đầu
phase-updated = đang diễn ra
phase-ended = kết thúc

severity-lowest = rất thấp
severity-low = thấp
severity-medium = trung bình
severity-high = cao
severity-highest = rất cao

reason-cleared = nguyên nhân đã hết
reason-unseen = không còn tìm thấy nguyên nhân
reason-camera_lost = camera mất tín hiệu quá lâu nên không xác định được
reason-camera_removed = camera đã được gỡ bỏ
reason-rule_removed = quy tắc đã được gỡ khỏi cảnh
reason-muted = đã tắt cảnh báo

direction-forward = chiều thuận
direction-backward = chiều ngược

class-person = người
class-bicycle = xe đạp
class-motorcycle = xe máy
class-car = ô tô
class-bus = xe buýt
class-truck = xe tải
class-train = tàu hỏa
class-animal = động vật
class-bag = túi xách
class-unknown = vật thể

duration-seconds = { $seconds } giây
duration-minutes = { $minutes } phút { $seconds } giây
duration-hours = { $hours } giờ { $minutes } phút

sentence-security-line_crossing =
    { $direction ->
        [forward] Vượt { $zone } theo chiều thuận: { $class }
       *[backward] Vượt { $zone } theo chiều ngược: { $class }
    }
sentence-security-intrusion =
    { $count ->
        [1] Có một đối tượng trong { $zone } đã { $duration }: { $class }
       *[other] Có lúc { $count } đối tượng cùng ở trong { $zone }, đã { $duration }: { $class }
    }
sentence-security-loitering = Có người nán lại trong { $zone } đã { $duration }
sentence-security-crowding = Có lúc { $count } người cùng ở trong { $zone }, đông đúc đã { $duration }
sentence-security-crowding-density = Có lúc { $count } người cùng ở trong { $zone } ({ $density } người/m²), đông đúc đã { $duration }
sentence-incident-stopped_vehicle = Đứng yên trong { $zone } đã { $duration }: { $class }
sentence-camera-down = Không có hình ảnh đã { $duration }
sentence-camera-down-reason = Không có hình ảnh đã { $duration }: { $reason }

# Mistakes in rules
