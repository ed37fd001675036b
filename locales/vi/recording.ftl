# Recorded traffic as a camera
source-recording-caption = Giao thông mô phỏng
error-recording-unreadable = { $where }: không phải bản ghi giao thông, hoặc đã hỏng. Hãy chép lại hoặc tạo lại.
error-recording-missing = { $where }: bản ghi giao thông không đủ: thiếu "{ $name }". Hãy tạo lại.
error-recording-large = { $where }: "{ $name }" trong bản ghi lớn hơn { $most } MB. Hãy ghi một đoạn ngắn hơn.
error-recording-about = { $where }: { $name }: { $reason }. Hãy tạo lại bản ghi.
error-recording-shape = { $where }: "{ $name }" là { $found }, trong khi cần { $expected }. Hãy tạo lại bản ghi.
error-recording-steps = { $where }: có { $count } bước thời gian, trong khi cần từ 2 đến { $most }. Hãy ghi một đoạn khác.
error-recording-rows = { $where }: các phương tiện khai báo { $announced } vị trí nhưng chỉ có { $count }. Tệp đã hỏng: hãy chép lại hoặc tạo lại.
error-recording-user = { $where }: phương tiện số { $number }: { $field } là { $found }, không thể có. Hãy tạo lại bản ghi.
