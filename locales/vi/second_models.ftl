# Mô hình thứ hai, và những gì chúng tìm
class-smoke = khói
class-fire = lửa
class-water = nước

sentence-incident-smoke_fire = Thấy ở { $zone } đã { $duration }, có lúc { $looks } trên { $of } lần nhìn: { $class }
sentence-incident-smoke_fire-anywhere = Thấy đã { $duration }, có lúc { $looks } trên { $of } lần nhìn: { $class }
sentence-environment-flooding = Nước đọng ở { $zone } đã { $duration }, thấy có lúc { $looks } trên { $of } lần nhìn
sentence-environment-flooding-anywhere = Nước đọng đã { $duration }, thấy có lúc { $looks } trên { $of } lần nhìn

explain-sighting = { $holds ->
        [yes] một mô hình thứ hai thấy trong { $value } trên { $of } lần nhìn gần nhất, cần { $limit }; đối tượng không liên quan
       *[no] một mô hình thứ hai thấy trong { $value } trên { $of } lần nhìn gần nhất, cần { $limit }; đối tượng không liên quan
    }
explain-no-look = gần đây không có mô hình thứ hai nào nhìn; đối tượng không liên quan

second-off = tắt: không có mô hình nào nhận ra { $classes }. Hãy khai báo một mô hình trong "second_models" của tệp cấu hình; xem docs/models.md.
second-off-broken = tắt: không dùng được mô hình { $models }
second-off-line = { $kind }, camera { $cameras }: { $reason }
second-broken = mô hình thứ hai "{ $name }": { $reason }
second-idle = mô hình thứ hai "{ $name }": không quy tắc nào của camera nào cần các lớp của nó, nên nó không chạy. Hãy thêm một quy tắc như incident.smoke_fire vào cảnh.
second-failed = mô hình thứ hai "{ $name }": { $failed } trên { $looks } lần nhìn bị lỗi; lý do nằm trong nhật ký
second-slow = mô hình thứ hai "{ $name }": bỏ qua { $missed } trên { $due } lần nhìn vì mô hình còn bận. Hãy tăng "every_s", hoặc cho thêm luồng tính hay GPU.

problem-looks = "looks" ({ $looks }) lớn hơn "of_looks" ({ $of })
error-second-missing = { $path }: không có tệp mô hình này. Hãy kiểm tra "path" trong "second_models".
error-second-class = { $path }: mô hình không có lớp "{ $name }" (gần nhất: { $near }). Mô hình có: { $found }. Hãy sửa "classes" trong "second_models", hoặc "class_map" trong thẻ mô hình.
error-second-no-class = { $path }: không lớp nào của mô hình cho biết nghĩa của nó ở đây. Mô hình có: { $found }. Hãy ghi nghĩa vào "classes" trong "second_models", ví dụ Smoke: smoke.
error-second-failed = { $path }: không tính được một hình trống: { $reason }. Đầu vào { $inputs }; đầu ra { $outputs }. Hãy xuất lại mô hình.
error-second-closed = mô hình thứ hai "{ $name }": phiên chạy đã kết thúc
error-classifier-outputs = { $path }: cần một đầu ra gồm { $count } điểm cho mỗi hình. Thấy đầu ra { $outputs }. Hãy sửa "classes" trong thẻ mô hình, hoặc xuất lại mô hình.
error-classifier-not-finite = { $path }: kết quả không phải là số. Hãy xuất lại mô hình.
