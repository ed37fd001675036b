# Events of traffic as a whole
kind-traffic-congestion = Ùn tắc
kind-traffic-queue = Xe xếp hàng
kind-traffic-spillback = Dòng xe ùn ngược

level-heavy = đông
level-slow = chậm
level-queuing = nhích từng đoạn
level-stationary = đứng yên

sentence-traffic-congestion =
    { $level ->
        [stationary] Xe trên { $zone } đứng yên
        [queuing] Xe trên { $zone } nhích từng đoạn
        [slow] Xe trên { $zone } đi chậm
       *[heavy] Xe trên { $zone } đông
    }, bằng { $percent } % tốc độ thông thoáng, đã { $duration }
sentence-traffic-queue = Hàng xe dài { $length } { $unit ->
    [metres] m
   *[cars] lần chiều dài ô tô
    } trên { $zone } đã { $duration }, có lúc { $count } xe
sentence-traffic-spillback = Hàng xe dài { $length } { $unit ->
    [metres] m
   *[cars] lần chiều dài ô tô
    } đã ùn tới { $zone } được { $duration }, gồm { $count } xe

# Mistakes in rules
problem-queue-speeds = "end_kmh" không được nhỏ hơn "begin_kmh": xe rời hàng khi chạy nhanh hơn lúc vào hàng
problem-queue-one-place = chỉ ghi một trong hai: "lane" hoặc "group"
problem-line-off-lanes = không làn nào có tim làn cắt vạch "{ $line }": hãy vẽ vạch cắt qua làn, hoặc kéo dài làn tới vạch
