# Vật nằm ở nơi trước đó không có gì
kind-incident-debris = Vật rơi trên đường
kind-security-abandoned_object = Đồ vật bỏ lại
kind-environment-littering = Đổ rác sai nơi quy định
kind-environment-encroachment = Lấn chiếm vỉa hè, lòng đường

sentence-incident-debris = { $unit ->
        [m] Có vật cỡ { $size } m nằm trên { $zone } đã { $duration }
       *[px] Có vật nằm trên { $zone } đã { $duration }
    }
sentence-security-abandoned_object = { $unit ->
        [m] Đồ vật cỡ { $size } m bị bỏ lại trong { $zone }; chủ của nó rời đi đã { $duration }
       *[px] Đồ vật bị bỏ lại trong { $zone }; chủ của nó rời đi đã { $duration }
    }
sentence-security-abandoned_object-unowned = { $unit ->
        [m] Đồ vật cỡ { $size } m nằm trong { $zone } đã { $duration } mà không có ai ở bên
       *[px] Đồ vật nằm trong { $zone } đã { $duration } mà không có ai ở bên
    }
sentence-environment-littering = { $unit ->
        [m] Vật cỡ { $size } m bị vứt lại trong { $zone } cách đây { $duration }: { $class }
       *[px] Có vật bị vứt lại trong { $zone } cách đây { $duration }: { $class }
    }
sentence-environment-encroachment = { $what ->
        [vehicle] Phương tiện chiếm { $zone } đã { $duration }
       *[goods] { $unit ->
            [m] Hàng hoá hoặc quầy bán, cỡ { $size } m, chiếm { $zone } đã { $duration }
           *[px] Hàng hoá hoặc quầy bán chiếm { $zone } đã { $duration }
        }
    }

takes-goods = hàng hoá hoặc quầy bán
takes-vehicle = phương tiện
explain-no-thing = không để lại vật gì: quy tắc này về những vật nằm ở một chỗ
explain-left-thing = ở gần nhất khi một vật xuất hiện
explain-thing-in-place = { $holds ->
        [yes] vật nằm trong khu vực của quy tắc
       *[no] vật không nằm trong khu vực của quy tắc
    }
explain-thing-large = { $holds ->
        [yes] vật cỡ { $value } (cần { $limit })
       *[no] vật chỉ cỡ { $value } (cần { $limit })
    }
explain-thing-unexplained = { $holds ->
        [yes] không có đối tượng nào đứng ở chỗ của vật
       *[no] có đối tượng đứng ở đó, nên vật đã được giải thích
    }
explain-owner-away = { $holds ->
        [yes] cách vật { $value }, xa hơn { $limit }
       *[no] cách vật { $value }, chưa quá { $limit }
    }
