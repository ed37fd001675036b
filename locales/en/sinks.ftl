# Sinks
error-sink-file = { $path }: cannot be opened for writing: { $reason }. Check that its folder exists and that this user may write there.
error-sink-name-twice = two sinks are called "{ $name }"; give each a name of its own.
sink-not-taken = { $name } does not take this kind of record
sink-file-failed = cannot write: { $reason }
sink-reader-gone = whoever read this output has gone
