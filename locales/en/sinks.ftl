# Sinks
error-sink-file = { $path }: cannot be opened for writing: { $reason }. Check that its folder exists and that this user may write there.
error-sink-name-twice = two sinks are called "{ $name }"; give each a name of its own.
error-kafka-server = Kafka server "{ $server }": expected host:port, such as kafka.example.org:9092.
error-kafka-topic-name = Kafka topic "{ $topic }": a topic's name has 1 to 249 letters, digits, dots, hyphens or underscores.
error-kafka-no-login = Kafka with { $protocol } needs a user and a password. Give both, or choose another security protocol.
error-kafka-check = Kafka at { $servers }, topic { $topic }: { $reason }. Check the address, the login and the topic, or run without requiring Kafka: events then wait until it can be reached.
sink-not-taken = { $name } does not take this kind of record
sink-file-failed = cannot write: { $reason }
sink-reader-gone = whoever read this output has gone
sink-kafka-no-login = { $servers } can be reached, but not as configured; check security protocol, user and password ({ $reason })
sink-kafka-no-topic = the topic { $topic } does not exist; create it
sink-kafka-topic-waits = the topic { $topic } is not ready (error { $code })
