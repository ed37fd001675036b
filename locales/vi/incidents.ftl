# Sự cố và vi phạm
kind-security-running = Chạy
kind-incident-wrong_way = Đi ngược chiều
kind-incident-pedestrian_on_carriageway = Người đi bộ dưới lòng đường
kind-incident-collision = Va chạm
kind-incident-slow_vehicle = Xe đi quá chậm
kind-violation-illegal_parking = Đỗ xe trái phép
kind-violation-speeding = Quá tốc độ (chỉ báo)
kind-violation-lane = Đi sai làn
kind-violation-no_crossing = Đè vạch liền

sentence-security-fight_suspected = Nghi đánh nhau ở { $zone }: hai người lao vào nhau với { $speed } km/h, có lúc { $count } người ở sát nhau, đã { $duration }
sentence-security-running = Có người chạy qua { $zone } đã { $duration }
sentence-incident-wrong_way = Đi ngược chiều trên { $zone } đã { $duration }: { $class }
sentence-incident-wrong_way-metres = Đi ngược chiều trên { $zone } được { $way } m, đã { $duration }: { $class }
sentence-incident-pedestrian_on_carriageway =
    { $count ->
        [1] Có một người đi bộ trên { $zone } đã { $duration }
       *[other] Có lúc { $count } người cùng đi bộ trên { $zone } đã { $duration }
    }
sentence-incident-collision =
    { $count ->
        [1] Dừng đột ngột từ { $speed } km/h trên { $zone } cạnh một đối tượng khác, đứng yên đã { $duration }: { $class }
       *[other] Dừng đột ngột từ { $speed } km/h trên { $zone } cạnh { $count } đối tượng khác, đứng yên đã { $duration }: { $class }
    }
sentence-incident-slow_vehicle = Chỉ bằng { $percent } % tốc độ thường thấy trên { $zone } đã { $duration }: { $class }
sentence-violation-illegal_parking = Đỗ trên { $zone }, nơi cấm dừng đỗ, đã { $duration }: { $class }
sentence-violation-speeding = { $speed } km/h trên { $zone }, cho phép { $limit } (chỉ báo, không dùng để phạt): { $class }
sentence-violation-lane =
    { $what ->
        [forbidden_turn] Rẽ ở nơi cấm { $zone }: { $class }
       *[closed_lane] Đi trên { $zone }, làn không dành cho loại xe này, đã { $duration }: { $class }
    }
sentence-violation-no_crossing =
    { $direction ->
        [forward] Đè vạch liền { $zone } theo chiều thuận: { $class }
       *[backward] Đè vạch liền { $zone } theo chiều ngược: { $class }
    }
violation-closed-lane = đi vào làn không dành cho loại xe này
violation-forbidden-turn = rẽ ở nơi cấm
place-all-lanes = lòng đường

# Lỗi trong luật
problem-rule-one-place = chỉ nêu nhiều nhất một trong "zone", "lane", "group"; không nêu thì theo dõi mọi làn của cảnh
problem-rule-no-lanes = cảnh không có làn nào để theo dõi: hãy vẽ làn, hoặc nêu "zone"
problem-lane-rule-place = hãy nêu một trong "lane", "group", hoặc "entry" cùng "exit"
problem-timezone-unknown = không biết múi giờ "{ $name }": cần tên IANA, chẳng hạn Asia/Ho_Chi_Minh
problem-rule-needs-ground = loại này cần đơn vị mét, mà cảnh không có "ground"
problem-rule-no-limit = không làn nào ở đây có "speed_limit_kmh": hãy nêu "limit_kmh", hoặc ghi giới hạn cho làn
