# Nhiều tiến trình xử lý
cli-opt-workers = Số tiến trình cùng chia nhau các camera; "auto": mỗi lõi một tiến trình. Mặc định: một.
cli-workers = { $count } tiến trình xử lý
cli-worker-died = Tiến trình { $worker } (camera { $cameras }) đã chết và được khởi động lại { $restarts } lần; lần cuối vì: { $reason }
cli-worker-down = Tiến trình { $worker } (camera { $cameras }) đã dừng hẳn sau { $restarts } lần khởi động lại: { $reason }. Các camera của nó không được theo dõi.
cli-worker-untold = { $count } sự kiện của tiến trình { $worker } không hiện ở đây vì màn hình không theo kịp. Chúng đã được lưu.
error-worker-start = Tiến trình { $worker } không bắt đầu được: { $reason }
error-workers = "{ $value }" không phải số tiến trình; cần 1 đến 256, hoặc auto.
error-option-one-worker = { $option } chỉ dùng được với một tiến trình. Hãy bỏ --workers, hoặc bỏ { $option }.
