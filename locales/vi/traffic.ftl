problem-measure-one-place = chỉ ghi một trong các mục: "zone", "line", "lane", "lanes", hoặc "entries" cùng với "exits"
problem-measure-movements = đếm hướng rẽ cần cả "entries" lẫn "exits"
problem-measure-place-twice = "{ $name }" xuất hiện hai lần ở đây
problem-measure-pcu-group = "{ $name }" là một nhóm; hãy ghi hệ số quy đổi xe con cho từng lớp riêng
problem-measure-no-lanes = khung cảnh không có làn nào để đo; hãy thêm làn vào mục "lanes"
problem-measure-taken = "{ $name }" đã được quy tắc "{ $rule }" đo; bản ghi không phân biệt được của quy tắc nào
