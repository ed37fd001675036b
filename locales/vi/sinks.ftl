# Nơi nhận
error-sink-file = { $path }: không mở được để ghi: { $reason }. Hãy kiểm tra thư mục có tồn tại và người dùng này có quyền ghi vào đó không.
error-sink-name-twice = có hai nơi nhận cùng tên "{ $name }"; hãy đặt cho mỗi nơi nhận một tên riêng.
sink-not-taken = { $name } không nhận loại bản ghi này
sink-file-failed = không ghi được: { $reason }
sink-reader-gone = bên đọc đầu ra này không còn nữa
