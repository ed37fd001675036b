# Kho sự kiện
error-store-folder-missing = { $path }: thư mục { $folder } không tồn tại. Hãy tạo thư mục này hoặc chọn đường dẫn khác cho kho sự kiện.
error-store-missing = { $path }: không có kho sự kiện ở đây. Hãy kiểm tra đường dẫn; lần chạy đầu tiên của hệ thống sẽ tạo kho.
error-store-not-ours = { $path }: không phải kho sự kiện. Hãy chọn đường dẫn khác; tệp này được giữ nguyên.
error-store-newer = { $path }: do phiên bản mới hơn tạo ra (bảng phiên bản { $found }, chương trình này chỉ biết { $known }). Hãy nâng cấp chương trình hoặc chọn đường dẫn khác.
error-store-full = { $path }: đĩa đã đầy, chưa lưu được gì. Hãy giải phóng dung lượng hoặc xóa sự kiện cũ; việc lưu sẽ tự tiếp tục.
error-store-read-only = { $path }: tệp hoặc đĩa chỉ cho phép đọc. Hãy cấp quyền ghi cho người dùng này hoặc chọn đường dẫn khác.
error-store-cannot-open = { $path }: không mở được tệp. Hãy kiểm tra quyền đọc và ghi của người dùng này đối với tệp và thư mục.
error-store-busy = { $path }: một chương trình khác đã khóa tệp suốt { $seconds } giây. Hãy tìm xem có tiến trình thứ hai hoặc công cụ nào đang mở tệp này.
error-store-damaged = { $path }: tệp bị hỏng. Hãy dừng chương trình, khôi phục bản sao hoặc chạy "sqlite3 TỆP .recover", rồi kiểm tra đĩa.
error-store-row = { $path }: không đọc được dòng { $row }: { $reason }. Hãy nâng cấp chương trình nếu bản mới hơn đã ghi dòng này, nếu không hãy khôi phục bản sao.
error-store-failed = { $path }: kho sự kiện gặp lỗi: { $reason }. Hãy kiểm tra đĩa.
