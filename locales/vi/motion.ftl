# Chuyển động trên mặt đất
cli-help-bench-motion = Độ chính xác của vị trí và tốc độ trên các vết dựng sẵn, so với đường thẳng qua giây cuối; chi phí của bước tính mét.
bench-motion-title = Tốc độ của xe dựng sẵn, sau hai giây (line: độ dốc qua giây cuối)
bench-motion-way = cách
bench-motion-noise = sai số khung
bench-motion-fps = khung/s
bench-motion-still = đứng yên, km/h
bench-motion-worst = 95 %
bench-motion-steady = 8 m/s: sai số, m/s
bench-motion-early = sau 1 s
bench-motion-place = vị trí, m
bench-motion-braking = phanh, m/s
bench-motion-stop = thấy dừng sau, s
bench-motion-slow = 90 %
bench-motion-cost = Bước tính mét, một nhân
bench-motion-what = trường hợp
bench-motion-ms = ms mỗi khung
bench-motion-share = phần của 0,15 ms
