# Đèn tín hiệu giao thông
kind-violation-red_light = Vượt đèn đỏ
sentence-violation-red_light = Vượt vạch dừng tại { $zone } khi đèn đã đỏ { $seconds } giây (chỉ báo, không dùng để phạt): { $class }

signal-unknown = không rõ
signal-red = đỏ
signal-red-amber = đỏ và vàng
signal-amber = vàng
signal-green = xanh
signal-flashing-amber = vàng nhấp nháy

explain-signal-stops = { $holds ->
    [yes] { $place } đang hiện: { $state }
   *[no] { $place } không đỏ, đang hiện: { $state }
 }
explain-red-for = { $holds ->
    [yes] đã đỏ { $value }, ít nhất { $limit }
   *[no] mới đỏ { $value }, chưa tới { $limit }
 }
explain-crossed-red = đầu xe đã vượt vạch dừng của { $place } khi đèn đã đỏ { $value }
explain-past-line = đã qua vạch { $value }, cần { $limit }: xe có thể dừng lại tại đó
explain-may-leave = vẫn có thể rời đi qua vạch được phép khi đèn đỏ, trong { $limit }

problem-lamp-shape = hãy vẽ đèn bằng một trong "box", "circle", "polygon"
problem-lamp-box = box là [trái, trên, phải, dưới], trái nhỏ hơn phải và trên nhỏ hơn dưới
problem-lamp-arrow = "releases" chỉ dùng cho đèn có "arrow", và mũi tên phải màu xanh: mũi tên đỏ là một cụm đèn riêng
problem-lamp-outside = đèn "{ $colour }" không nằm trọn trong khung hình { $width } × { $height }; hãy kiểm tra reference_size và các điểm
problem-signal-source = cụm đèn cần hoặc "lamps" hoặc "feed", không cả hai
problem-signal-lamp-twice = có hai đèn tròn cùng màu { $colour }: các cụm đèn giống nhau đứng cạnh nhau phải khai thành hai cụm
problem-signal-lamps = phải đánh dấu ít nhất đèn đỏ và đèn xanh của cụm đèn
problem-signal-no-approach = hãy nêu các "lanes" kết thúc tại vạch dừng của đèn, hoặc "line" là vạch dừng
problem-signals-no-way = tủ điều khiển báo qua HTTP ("listen") hoặc qua topic ("kafka"): hãy nêu một cách
problem-signals-untold = cụm đèn "{ $name }" của cảnh có "feed" nhưng không ai báo được trạng thái: hãy khai "signals" trong cấu hình
signal-off = tắt: không ai cho biết đèn { $signal } đang hiện gì. Hãy chạy với tệp cấu hình có "signals", hoặc đánh dấu các bóng đèn trong cảnh; xem docs/scenes.md.
signal-silent = không rõ trạng thái đèn { $signal }: nguồn { $feed } chưa báo gì kể từ khi bắt đầu chạy
signal-silent-since = không rõ trạng thái đèn { $signal }: nguồn { $feed } không báo gì kể từ { $since }
error-signals-token = signals: máy khác truy cập được { $host }: hãy khai "token_env", hoặc lắng nghe tại 127.0.0.1
error-signals-listen = signals: không lắng nghe được tại { $host }, cổng { $port }: { $reason }
error-signals-workers = signals: "listen" chỉ dùng với một tiến trình; khi có nhiều worker hãy để tủ điều khiển báo qua topic Kafka
