# Tệp theo vết và vết đã ghi
error-trackers-read = { $path }: không đọc được: { $reason }. Hãy kiểm tra đường dẫn và quyền truy cập.
error-trackers-write = { $path }: không ghi được: { $reason }. Hãy kiểm tra thư mục có tồn tại và có quyền ghi.
error-trackers-not-text = { $path }: không phải tệp văn bản UTF-8. Có phải nhầm với video, hay bảng được lưu bằng bảng mã khác?
error-trackers-fps = Số khung hình mỗi giây phải lớn hơn 0, nhận được { $value }. Hãy nhập tốc độ khung hình lúc ghi video.
error-trackers-columns = { $path }:{ $line }: có { $found } cột, cần { $expected }, phân cách bằng dấu phẩy. Hãy sửa dòng này.
error-trackers-number = { $path }:{ $line }: { $field }: giá trị "{ $value }", cần một số từ { $least } đến { $most }. Hãy sửa giá trị này.
error-trackers-whole = { $path }:{ $line }: { $field }: giá trị "{ $value }", cần một số nguyên. Hãy sửa giá trị này.
error-trackers-frame-order = { $path }:{ $line }: khung hình { $frame } đứng sau khung hình { $before }. Hãy sắp xếp tệp theo khung hình, ví dụ bằng "sort -t, -s -n -k1,1".
error-trackers-frame-gap = { $path }:{ $line }: khung hình { $frame } đứng sau hơn { $limit } khung hình không có phát hiện nào. Hãy kiểm tra số này hoặc chia nhỏ tệp.
error-trackers-header = { $path }:{ $line }: thiếu hoặc sai dòng tiêu đề. Dòng đầu tiên phải là: { $expected }
error-trackers-csv = { $path }:{ $line }: không phải một dòng của bảng CSV: { $reason }. Hãy sửa dòng này.
error-trackers-time-order = { $path }:{ $line }: { $field }: thời điểm này sớm hơn thời điểm của một dòng phía trước. Hãy sắp xếp các dòng theo thời gian.
error-trackers-camera-empty = { $path }:{ $line }: { $field }: thiếu tên camera. Hãy điền tên camera.
error-trackers-camera-unknown = { $path }:{ $line }: camera_id: không biết kích thước hình của camera "{ $camera }". Hãy sửa tên hoặc khai báo cảnh cho camera này.
error-trackers-class = { $path }:{ $line }: { $field }: không có lớp đối tượng "{ $value }". Cần một trong các lớp: { $classes }
error-trackers-box = { $path }:{ $line }: { $field }: giá trị { $value }, cần ít nhất { $least }. x1, y1 là góc trên bên trái, x2, y2 là góc dưới bên phải.
error-trackers-track-twice = { $path }:{ $line }: track_id: vết { $track } của camera "{ $camera }" xuất hiện hai lần ở cùng thời điểm này. Hãy giữ lại một dòng.
