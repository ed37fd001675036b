# Nơi nhận
error-sink-file = { $path }: không mở được để ghi: { $reason }. Hãy kiểm tra thư mục có tồn tại và người dùng này có quyền ghi vào đó không.
error-sink-name-twice = có hai nơi nhận cùng tên "{ $name }"; hãy đặt cho mỗi nơi nhận một tên riêng.
error-kafka-server = Máy chủ Kafka "{ $server }": cần dạng máy_chủ:cổng, ví dụ kafka.example.org:9092.
error-kafka-topic-name = Topic Kafka "{ $topic }": tên topic gồm 1 đến 249 chữ cái, chữ số, dấu chấm, gạch nối hoặc gạch dưới.
error-kafka-no-login = Kafka với { $protocol } cần tên người dùng và mật khẩu. Hãy cung cấp cả hai hoặc chọn giao thức bảo mật khác.
error-kafka-check = Kafka tại { $servers }, topic { $topic }: { $reason }. Hãy kiểm tra địa chỉ, thông tin đăng nhập và topic, hoặc chạy không bắt buộc Kafka: khi đó sự kiện sẽ chờ đến khi kết nối được.
sink-not-taken = { $name } không nhận loại bản ghi này
sink-file-failed = không ghi được: { $reason }
sink-reader-gone = bên đọc đầu ra này không còn nữa
sink-kafka-no-login = kết nối được tới { $servers } nhưng không đúng như cấu hình; hãy kiểm tra giao thức bảo mật, tên người dùng và mật khẩu ({ $reason })
sink-kafka-no-topic = topic { $topic } không tồn tại; hãy tạo topic này
sink-kafka-topic-waits = topic { $topic } chưa sẵn sàng (lỗi { $code })
