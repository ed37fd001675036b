# Vì sao một quy tắc phát hiện hoặc không phát hiện: matpho replay --explain
cli-opt-explain = Thay vì in kết quả, kể từng bước mỗi quy tắc của cảnh đã thấy gì ở vết này.
cli-opt-explain-json = Đi cùng --explain: in thành một đối tượng JSON.
cli-explain-alone = --json đi cùng --explain, còn --explain không dùng cùng --out
cli-explain-title = Vết { $track } trong { $path }
cli-explain-sighting = { $from } – { $to }: { $class }, camera { $camera }
cli-explain-rule = { $kind } · { $place } ({ $rule })
cli-explain-rule-camera = { $kind } ({ $rule })
cli-explain-more = … và { $count } bước nữa; --json có đầy đủ
error-explain-track = { $path }: không có vết { $track }. Tệp có { $count } vết; gần nhất: { $near }
error-explain-empty = { $path }: không có vết nào trong tệp.

explain-outcome-event = Đã báo lúc { $at }: sự kiện { $event }, tính từ { $since }; { $end }
explain-outcome-open = đến cuối vẫn chưa kết thúc
explain-outcome-ended = kết thúc lúc { $at }: { $reason }
explain-outcome-others = Đã báo lúc { $at } cho đối tượng khác: sự kiện { $event }, tính từ { $since }; { $end }
explain-outcome-counted = Được đếm { $count ->
        [one] một lần: { $times }
       *[other] { $count } lần: { $times }
    }
explain-outcome-none = Không báo. Gần đạt nhất lúc { $at }; còn thiếu: { $missing }
explain-outcome-not-counted = Không được đếm. Gần đạt nhất lúc { $at }; còn thiếu: { $missing }
explain-outcome-held = Mọi điều kiện đều thỏa nhưng trong bản ghi này chưa thành gì
explain-outcome-unjudged = Không xét được trên bản ghi
explain-outcome-silence = Không xét được trên bản ghi: bản ghi chỉ có dòng khi thấy đối tượng, nên khoảng trống không có nghĩa là camera im lặng

explain-number = { $value }
explain-span = { $low }–{ $high }
unit-s = { $value } giây
unit-px = { $value } px
unit-m = { $value } m
unit-km-h = { $value } km/h
unit-percent = { $value } %
unit-per-m2 = { $value } người/m²
unit-car-lengths = { $value } thân ô tô
unit-car-lengths-s = { $value } thân ô tô/giây
unit-box-lengths-s = { $value } lần chiều dài khung/giây
unit-m-s2 = { $value } m/s²
unit-degrees = { $value }°
unit-box-heights-s = { $value } lần chiều cao khung/giây

explain-class = { $holds ->
        [yes] { $class }: thuộc loại được xét
       *[no] { $class }: không thuộc loại được xét
    }
explain-seen = không thấy trong khung hình này, chỉ ước đoán còn ở đó
explain-in-zone = { $holds ->
        [yes] ở trong { $place }, cách mép { $value }
       *[no] không ở trong { $place }, còn cách { $value }
    }
explain-no-lane = { $place ->
        [all] không nằm trên làn nào
       *[other] không nằm trên làn nào (cần: { $place })
    }
explain-on-lane = { $holds ->
        [yes] trên { $lane }
       *[no] trên { $lane }, làn này không thuộc { $place }
    }
explain-waited = { $of ->
        [place] tại nơi này, bất kể do ai, đã kéo dài { $value } trên { $limit } cần có
       *[track] đã kéo dài { $value } trên { $limit } cần có
    }
explain-open = sự kiện { $event } đang mở
explain-reset = { $of ->
        [place] tại nơi này bị ngắt sau { $value } trên { $limit }, phải tính lại từ đầu. Quá mức { $gap } cho phép: { $cause }
       *[track] bị ngắt sau { $value } trên { $limit }, phải tính lại từ đầu. Quá mức { $gap } cho phép: { $cause }
    }
explain-no-frame = không có khung hình trong { $value }, hoặc vết khác đã thế chỗ

explain-line-crossed = { $way ->
        [forward] vượt { $line } theo chiều thuận
       *[backward] vượt { $line } theo chiều ngược
    }
explain-line-near = cách { $line } { $value }; chỉ tính là ở một bên khi quá { $limit }
explain-line-other = { $side ->
        [left] đã sang bên trái { $line }, cách { $value }
       *[right] đã sang bên phải { $line }, cách { $value }
    }
explain-line-twice = chính xe này vừa được đếm qua { $line } bằng một vết khác
explain-line-beside = vòng qua đầu { $line }, lệch ra ngoài { $value }, chứ không cắt qua
explain-line-side = { $side ->
        [left] ở bên trái { $line }, cách { $value }
       *[right] ở bên phải { $line }, cách { $value }
    }
explain-direction = { $holds ->
        [yes] đúng chiều cần tìm
       *[no] không phải chiều cần tìm
    }

explain-stands = { $holds ->
        [yes] đứng yên: { $value } < { $limit }
       *[no] chưa đứng yên: { $value }, cần < { $limit }
    }
explain-waits-in-queue = đang chờ trong hàng { $value } xe (từ { $limit } xe trở lên không coi là vật cản)
explain-waits-behind = đang chờ xe phía trước đã dừng từ trước
explain-waits-for-next = đang chờ xe đứng ngay phía trước: bị che gần hết, hoặc ở quá cuối làn
explain-cut-off = bị mép hình che một phần nên chưa rõ xe ở làn nào: chỉ báo sau { $longest }
explain-for-the-unseen = có thể đang chờ phía trước, ngoài tầm nhìn của camera: chỉ coi là không chờ khi đã có { $limit } xe vượt qua, hoặc một xe chạy quá nhanh để dừng lại, hoặc sau { $longest }
explain-rushed = { $holds ->
        [yes] trong phạm vi { $reach } quanh nơi hai người lao vào nhau nhanh hơn { $limit }
       *[no] ở đây không có ai lao vào nhau nhanh hơn { $limit } rồi ở lại trong phạm vi { $reach }
    }
explain-crowd = { $holds ->
        [yes] { $value } người trong { $place } ≥ { $limit }
       *[no] { $value } người trong { $place } < { $limit }
    }
explain-crowd-density = { $holds ->
        [yes] đông: { $value } người trong { $place } (từ { $limit }), { $density } (trên { $most })
       *[no] chưa đông: { $value } người trong { $place } (từ { $limit }), { $density } (trên { $most })
    }

explain-free-flow-unknown = chưa biết tốc độ dòng tự do của làn này
explain-pace = chạy { $value }; dòng tự do { $limit }
explain-across-lane = không chạy dọc theo làn: không tính
explain-vehicles-at-once = { $holds ->
        [yes] { $value } xe cùng lúc ≥ { $limit }
       *[no] { $value } xe cùng lúc < { $limit }
    }
explain-share = { $holds ->
        [yes] cả dòng xe chạy bằng { $value } dòng tự do < { $limit } ({ $speed } so với { $free })
       *[no] cả dòng xe chạy bằng { $value } dòng tự do ≥ { $limit } ({ $speed } so với { $free })
    }
explain-share-unknown = chưa biết tốc độ trung bình: mới quan sát chưa đến nửa khoảng thời gian
explain-queued = { $holds ->
        [yes] đang xếp hàng: { $value }, cho đến khi nhanh hơn { $limit }
       *[no] không xếp hàng: { $value }, cần < { $limit }
    }
explain-queue-new = sau { $limit } mới biết tốc độ; mới thấy được { $seen }
explain-queue-long = { $holds ->
        [yes] hàng chờ của nó: { $value } ≥ { $limit }, { $vehicles } xe
       *[no] hàng chờ của nó: { $value } < { $limit }, { $vehicles } xe
    }
explain-queue-behind = hàng chờ của nó bắt đầu trước { $line } { $value }, nên không dồn từ phía bên kia vạch
explain-queue-reaches = { $holds ->
        [yes] hàng chờ của nó kéo tới { $line }: đuôi cách vạch { $value }
       *[no] hàng chờ của nó còn cách { $line } { $value }
    }
explain-camera-sends = vẫn có hình

explain-counted = được đếm: { $class }
explain-counted-before = đã được đếm khi đi vào, { $ago } trước
explain-lane-passed = { $way ->
        [forward] qua vị trí đếm
       *[backward] qua vị trí đếm, ngược chiều làn
    }
explain-lane-near = cách vị trí đếm { $value }; chỉ tính là đã qua khi quá { $limit }
explain-lane-before = còn { $value } đến vị trí đếm
explain-lane-past = đã qua vị trí đếm { $value }
explain-came-in = đi vào qua { $entry }
explain-came-unseen = không thấy lúc đi vào
explain-not-in = chưa đi vào qua lối nào
explain-left = đi ra qua { $exit }

explain-hours = ngoài khung giờ được xét
explain-excepted = ở trong { $place }, nơi được loại trừ
explain-no-metres = ở đây không tính được theo mét
explain-gone = đã kéo dài suốt { $value } trên { $limit } cần có
explain-runs = { $holds ->
        [yes] đang chạy: { $value } > { $limit }
       *[no] không chạy: { $value }, cần > { $limit }
    }
explain-on-foot = { $holds ->
        [yes] đi bộ: { $value }, chưa từng > { $limit }
       *[no] đang đi xe: từng nhanh hơn { $limit } (lúc này { $value })
    }
explain-has-not-walked = chưa đi bộ: { $limit } từ chỗ thấy đầu tiên, ngang hoặc dọc làn
explain-has-not-come = có thể là đồ vật: chưa rời chỗ thấy đầu tiên { $limit }
explain-too-tall = không phải người: sẽ cao { $value }, tối đa { $limit }
explain-zone-edge = quá sát mép nên có thể ở ngoài: cần vào sâu { $limit }
explain-sits-on-machine = ngồi trên xe hai bánh: là người đi xe
explain-among-queue = ở giữa các xe đang xếp hàng, cách chưa đến { $limit }: là người đi xe
explain-held-up = chờ xe chậm như vậy ở phía trước
explain-drives = { $holds ->
        [yes] đang chạy xe: { $value } ≥ { $limit }
       *[no] quá chậm: { $value }, cần ≥ { $limit }
    }
explain-against = { $holds ->
        [yes] hướng đi lệch khỏi chiều làn { $value } > { $limit }
       *[no] hướng đi lệch khỏi chiều làn { $value }, cần > { $limit }
    }
explain-usual-unknown = chưa biết các xe khác qua làn này nhanh bao nhiêu
explain-usual = { $holds ->
        [yes] các xe khác chạy { $value } ≥ { $limit }
       *[no] các xe khác chạy { $value } < { $limit }: tất cả đều chậm
    }
explain-moves = { $holds ->
        [yes] đang di chuyển: { $value } > { $limit }
       *[no] đứng yên: { $value }, cần > { $limit }
    }
explain-slow = { $holds ->
        [yes] chậm: { $value } < { $limit }
       *[no] không chậm: { $value }, cần < { $limit }
    }
explain-limit-unknown = không biết tốc độ giới hạn của làn này
explain-speeds = { $holds ->
        [yes] chắc chắn vượt giới hạn: { $value } > { $limit }; đã trừ { $doubt } vì sai số
       *[no] chưa chắc vượt giới hạn: { $value }, cần > { $limit }; đã trừ { $doubt } vì sai số
    }
explain-needs-brakes = { $holds ->
        [yes] đến nhanh hơn mức phanh được: cần { $value } > { $limit } để dừng tại đây
       *[no] có thể đã phanh: cần { $value } để dừng tại đây, ngưỡng > { $limit }
    }
explain-other-needs-brakes = đối tượng kia đến nhanh hơn mức phanh được: cần { $value } > { $limit } để dừng tại đó
explain-both-need-brakes = cả hai đến nhanh hơn mức hai xe phanh được: tổng cộng cần { $value } > { $limit } để dừng tại đây
explain-stood-on = vẫn đứng sát một xe khác, xung quanh không có ai, và một trong hai xe đã phải phanh { $value } > { $limit }
explain-settles = đã đứng { $value }: vị trí được xác định sau { $limit }
explain-has-met = { $holds ->
        [yes] đã va vào đối tượng khác
       *[no] chưa va vào đối tượng nào: không ai đã đứng sát nó lúc đó, hoặc có các xe khác đứng quanh
    }
explain-turn-time = { $holds ->
        [yes] đã đi vào { $value } trước ≤ { $limit }
       *[no] đã đi vào { $value } trước, cần ≤ { $limit }
    }
