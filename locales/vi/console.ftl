# Bằng chứng
error-evidence-path = { $path }: đường dẫn không nằm trong thư mục bằng chứng { $folder }. Chỉ dùng chữ cái, chữ số và dấu "-" trong mã camera và mã vùng.
error-evidence-no-manifest = { $folder }: không có manifest.jsonl nên không thể kiểm tra ảnh. Hãy kiểm tra đường dẫn thư mục bằng chứng.
