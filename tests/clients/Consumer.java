// A consumer that knows nothing but the AsyncAPI document: which topics there are, what their records look like, what to
// de-duplicate by. Reads every topic to its end and tells, a line of JSON each, what it found.
//
//   java -cp 'jars/*' Consumer.java schemas/asyncapi.yaml HOST:PORT

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

public class Consumer {
    static final ObjectMapper JSON = new ObjectMapper();

    public static void main(String[] arguments) throws Exception {
        Path file = Path.of(arguments[0]).toAbsolutePath();
        JsonNode document = new ObjectMapper(new YAMLFactory()).readTree(file.toFile());
        Properties options = new Properties();
        options.put("bootstrap.servers", arguments[1]);
        options.put("enable.auto.commit", "false");
        options.put("auto.offset.reset", "earliest");
        try (var consumer = new KafkaConsumer<>(options, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            var channels = document.get("channels").fields();
            while (channels.hasNext()) {
                var channel = channels.next();
                System.out.println(read(consumer, document, file.getParent(), channel.getKey(), channel.getValue()));
            }
        }
    }

    static String read(KafkaConsumer<byte[], byte[]> consumer, JsonNode document, Path folder, String name,
            JsonNode channel) throws Exception {
        JsonNode message = follow(document, channel.get("messages").elements().next().get("$ref").asText());
        JsonNode payload = message.get("payload");
        boolean json = message.get("contentType").asText().equals("application/json");
        JsonNode schema = json ? JSON.readTree(folder.resolve(payload.get("$ref").asText()).toFile()) : null;
        ObjectNode found = JSON.createObjectNode().put("channel", name).put("address", channel.get("address").asText());
        Set<String> ids = new HashSet<>(), types = new TreeSet<>(), keys = new TreeSet<>();
        int records = 0, objects = 0;
        StringBuilder wrong = new StringBuilder();
        for (ConsumerRecord<byte[], byte[]> record : all(consumer, channel.get("address").asText())) {
            records++;
            Map<String, String> headers = new HashMap<>();
            for (Header header : record.headers()) {
                headers.put(header.key(), new String(header.value(), StandardCharsets.UTF_8));
            }
            for (JsonNode wanted : message.get("headers").get("required")) {
                if (!headers.containsKey(wanted.asText())) wrong.append("no header ").append(wanted.asText()).append("; ");
            }
            keys.add(new String(record.key(), StandardCharsets.UTF_8));
            if (!ids.add(headers.get("ce_id"))) continue;
            types.add(headers.get("ce_type"));
            if (json) check(JSON.readTree(record.value()), schema, schema, name, wrong);
            else objects += repeated(record.value(), 5);
        }
        found.put("records", records).put("distinct", ids.size()).put("objects", objects).put("wrong", wrong.toString());
        found.set("types", JSON.valueToTree(types));
        found.set("keys", JSON.valueToTree(keys));
        return JSON.writeValueAsString(found);
    }

    static Iterable<ConsumerRecord<byte[], byte[]>> all(KafkaConsumer<byte[], byte[]> consumer, String topic) {
        List<TopicPartition> parts = consumer.partitionsFor(topic).stream()
                .map(part -> new TopicPartition(topic, part.partition())).toList();
        consumer.assign(parts);
        consumer.seekToBeginning(parts);
        Map<TopicPartition, Long> ends = consumer.endOffsets(parts);
        var found = new java.util.ArrayList<ConsumerRecord<byte[], byte[]>>();
        while (parts.stream().anyMatch(part -> consumer.position(part) < ends.get(part))) {
            consumer.poll(Duration.ofMillis(300)).forEach(found::add);
        }
        return found;
    }

    static JsonNode follow(JsonNode document, String reference) {
        JsonNode node = document;
        for (String part : reference.substring(2).split("/")) node = node.get(part);
        return node;
    }

    /** The part of JSON Schema that the document uses. */
    static void check(JsonNode value, JsonNode schema, JsonNode whole, String place, StringBuilder wrong) {
        if (schema.has("$ref")) schema = follow(whole, schema.get("$ref").asText());
        if (schema.has("type") && !isOne(value, schema.get("type"))) {
            wrong.append(place).append(" is no ").append(schema.get("type")).append("; ");
            return;
        }
        if (schema.has("enum")) {
            boolean listed = false;
            for (JsonNode allowed : schema.get("enum")) listed |= allowed.equals(value);
            if (!listed) wrong.append(place).append(" is ").append(value).append("; ");
        }
        if (!value.isObject() && !value.isArray()) return; // what follows is said of these
        for (JsonNode name : schema.path("required")) {
            if (!value.has(name.asText())) wrong.append(place).append(" lacks ").append(name).append("; ");
        }
        var fields = schema.path("properties").fields();
        while (fields.hasNext()) {
            var field = fields.next();
            JsonNode inner = value.get(field.getKey());
            if (inner != null) check(inner, field.getValue(), whole, place + "." + field.getKey(), wrong);
        }
        if (value.isArray() && schema.has("items")) {
            for (JsonNode item : value) check(item, schema.get("items"), whole, place + "[]", wrong);
        }
        for (JsonNode either : schema.path("allOf")) {
            var condition = either.get("if").get("properties").fields().next();
            if (condition.getValue().get("const").equals(value.get(condition.getKey()))) {
                check(value, either.get("then"), whole, place, wrong);
            }
        }
    }

    static boolean isOne(JsonNode value, JsonNode type) {
        if (type.isArray()) {
            for (JsonNode one : type) if (isOne(value, one)) return true;
            return false;
        }
        return switch (type.asText()) {
            case "string" -> value.isTextual();
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            default -> false;
        };
    }

    /** How often a length-delimited field stands in a protobuf message. */
    static int repeated(byte[] message, int number) {
        int at = 0, count = 0;
        while (at < message.length) {
            int tag = message[at++];
            if ((tag & 7) != 2) throw new IllegalArgumentException("only length-delimited fields are expected here");
            int length = 0;
            for (int shift = 0;; shift += 7) {
                int part = message[at++];
                length |= (part & 0x7f) << shift;
                if (part >= 0) break;
            }
            if (tag >> 3 == number) count++;
            at += length;
        }
        return count;
    }
}
