# Hình dáng của đối tượng
problem-appearance = nhận được "{ $found }"; cần none, histogram hoặc đường dẫn tới mô hình nhận dạng lại có đuôi .onnx
error-appearance-missing = { $path }: không có tệp mô hình nhận dạng lại này. Hãy kiểm tra đường dẫn trong "tracking.appearance".
error-appearance-outputs = { $path }: không phải mô hình nhận dạng lại; cần đúng một đầu ra kiểu float, dạng [N × D], mỗi ảnh một véc-tơ. Tìm thấy đầu vào { $inputs }; đầu ra { $outputs }. Hãy xuất riêng phần cho ra véc-tơ đặc trưng, không kèm bộ phân lớp.
error-appearance-failed = { $path }: tính ảnh { $width } × { $height } không thành công: { $reason }. Tìm thấy đầu vào { $inputs }; đầu ra { $outputs }. Hãy ghi đúng "input" trong thẻ đặt cạnh tệp hoặc xuất lại mô hình.
