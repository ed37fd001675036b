# Mỗi loại sự kiện là gì, trong một câu; các tham số là giá trị mặc định của quy tắc
definition-traffic-congestion = Tốc độ trung bình trên một nhóm làn thấp hơn một tỷ lệ của tốc độ thông thoáng, kéo dài hơn một chu kỳ đèn.
definition-traffic-queue = Các xe chậm hơn { $begin_kmh } km/h, cho tới khi nhanh hơn { $end_kmh } km/h, nối đuôi nhau với khoảng hở không quá { $gap_m } m, dài ít nhất { $min_length_m } m trong { $for_s } giây.
definition-traffic-spillback = Hàng xe đã ùn tới một vạch trong { $for_s } giây: nút giao phía sau, hoặc cuối một nhánh dẫn.
definition-incident-stopped_vehicle = Một xe đứng trên lòng đường, chậm hơn { $stop_speed_kmh } km/h, trong { $for_s } giây, mà không phải đang xếp hàng hay chờ đèn.
definition-incident-wrong_way = Một xe đi ngược hướng của làn, lệch quá { $angle_deg }°, được { $min_way_m } m và { $for_s } giây.
definition-incident-pedestrian_on_carriageway = Có người đi bộ dưới lòng đường trong { $for_s } giây, trừ lối sang đường.
definition-incident-collision = Hai đối tượng gặp nhau và một trong hai dừng bất thường: đến nhanh hơn mức phanh được, đứng sát đối tượng kia, và đứng yên như vậy { $for_s } giây.
definition-incident-slow_vehicle = Một xe đi chậm hơn { $share } lần tốc độ trung vị của các xe đã qua làn đó, trong { $for_s } giây.
definition-incident-debris = Một vật từ { $min_size_m } m trở lên, trước đó không có, nằm trên lòng đường đã { $for_s } giây mà không đối tượng nào giải thích được.
definition-incident-smoke_fire = Một mô hình thứ hai thấy khói hoặc lửa trong { $looks } trên { $of_looks } lần nhìn gần nhất vào camera, mỗi giây một lần nếu không cấu hình khác.
definition-violation-red_light = Đầu xe vượt vạch dừng khi đèn đã đỏ được { $grace_s } giây, và xe đi tiếp; xe đã qua vạch trước đó không tính.
definition-violation-illegal_parking = Một xe đứng ở nơi cấm dừng đỗ trong { $for_s } giây.
definition-violation-speeding = Một xe vượt tốc độ cho phép, cộng dung sai, trên quãng đường { $over_m } m.
definition-violation-lane = Một xe ở trên làn không dành cho loại xe của nó trong { $for_s } giây, hoặc rẽ nơi cấm rẽ.
definition-violation-no_crossing = Một xe đè qua vạch liền.
definition-security-intrusion = Có đối tượng ở trong khu vực đóng, vào giờ đóng, trong { $for_s } giây.
definition-security-line_crossing = Có đối tượng vượt một vạch ảo: từ bên này sang bên kia, qua chính vạch đó.
definition-security-loitering = Một người nán lại trong một khu vực { $for_s } giây.
definition-security-crowding = Có ít nhất { $count } người cùng ở trong một khu vực, hoặc hơn { $density_per_m2 } người trên mỗi mét vuông, trong { $for_s } giây.
definition-security-running = Một người di chuyển nhanh hơn { $speed_kmh } km/h trong { $for_s } giây.
definition-security-abandoned_object = Một đồ vật nằm lại nơi chủ của nó bỏ đi, và người ấy đã ở xa hơn { $away_m } m trong { $for_s } giây.
definition-security-fight_suspected = Hai người lao vào nhau nhanh hơn { $approach_kmh } km/h và ở sát nhau { $for_s } giây: chỉ là gợi ý, không phải kết luận.
definition-environment-encroachment = Hàng hoá, quầy bán hoặc xe đỗ chiếm vỉa hè hay lòng đường đã { $for_s } giây.
definition-environment-littering = Một vật xuất hiện ở nơi cấm đổ rác, và người bỏ nó đã ở xa hơn { $away_m } m trong { $for_s } giây.
definition-environment-flooding = Một mô hình thứ hai thấy nước đọng trong { $looks } trên { $of_looks } lần nhìn gần nhất; tắt cho đến khi có mô hình nhận ra lớp này.
definition-camera-down = Một camera trực tiếp không gửi khung hình nào trong { $after_s } giây.
definition-camera-frozen = Khung hình vẫn tới nhưng suốt { $for_s } giây tất cả đều cùng một hình; đồng hồ in trên hình có thể vẫn chạy.
definition-camera-dark = Quá tối, không thấy gì: suốt { $for_s } giây chưa tới 1 % hình sáng hơn mức { $light } trên 255.
definition-camera-blurred = Các cạnh trong hình nét chưa tới { $sharpness } lần mức thường của camera này, suốt { $for_s } giây.
definition-camera-moved = Hình của một camera cố định lệch ít nhất { $shift_px } điểm ảnh so với lúc vẽ cảnh, hoặc không khớp vào đâu, suốt { $for_s } giây.
definition-camera-covered = Ít nhất { $hidden } những gì hình thường cho thấy đã bị khuất suốt { $for_s } giây.
definition-camera-clock = Đồng hồ của camera nhanh hoặc chậm hơn { $ahead_s } giây so với đồng hồ của hệ thống, suốt { $for_s } giây.

# Các loại chưa có quy tắc nào báo
kind-incident-smoke_fire = Khói hoặc lửa
kind-security-fight_suspected = Nghi đánh nhau
kind-environment-flooding = Ngập nước
