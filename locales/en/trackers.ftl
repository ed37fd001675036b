# Tracking files and recorded tracks
error-trackers-read = { $path }: cannot be read: { $reason }. Check the path and its permissions.
error-trackers-write = { $path }: cannot be written: { $reason }. Check that the folder exists and may be written to.
error-trackers-not-text = { $path }: not a UTF-8 text file. Was a video meant, or was the table saved in another encoding?
error-trackers-fps = Frames per second must be above 0, found { $value }. Give the rate at which the video was recorded.
error-trackers-columns = { $path }:{ $line }: found { $found } columns, expected { $expected }, separated by commas. Correct this line.
error-trackers-number = { $path }:{ $line }: { $field }: found "{ $value }", expected a number from { $least } to { $most }. Correct this value.
error-trackers-whole = { $path }:{ $line }: { $field }: found "{ $value }", expected a whole number. Correct this value.
error-trackers-frame-order = { $path }:{ $line }: frame { $frame } comes after frame { $before }. Sort the file by frame, for example with "sort -t, -s -n -k1,1".
error-trackers-frame-gap = { $path }:{ $line }: frame { $frame } comes after more than { $limit } frames without a detection. Check this number, or split the file.
error-trackers-header = { $path }:{ $line }: the header is missing or different. The first line must be: { $expected }
error-trackers-csv = { $path }:{ $line }: not a line of a CSV table: { $reason }. Correct this line.
error-trackers-time-order = { $path }:{ $line }: { $field }: this time is earlier than that of a line before. Sort the lines by time.
error-trackers-camera-empty = { $path }:{ $line }: { $field }: the camera is missing. Write its name.
error-trackers-camera-unknown = { $path }:{ $line }: camera_id: the picture size of camera "{ $camera }" is not known. Correct the name, or give the camera a scene.
error-trackers-class = { $path }:{ $line }: { $field }: unknown class "{ $value }". Expected one of: { $classes }
error-trackers-box = { $path }:{ $line }: { $field }: found { $value }, expected at least { $least }. x1, y1 is the upper left corner, x2, y2 the lower right.
error-trackers-track-twice = { $path }:{ $line }: track_id: track { $track } of camera "{ $camera }" stands twice at this time. Keep one line.
