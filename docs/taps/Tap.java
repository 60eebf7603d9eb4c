import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Prints every event as a line of JSON: java -cp 'kafka-clients.jar:slf4j-api.jar' Tap.java BOOTSTRAP GROUP */
public final class Tap {
  public static void main(String[] arguments) {
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers", arguments[0],
            "group.id", arguments[1],
            "isolation.level", "read_committed",
            "auto.offset.reset", "earliest",
            "enable.auto.commit", false);
    var bytes = new ByteArrayDeserializer();
    try (var consumer = new KafkaConsumer<>(settings, bytes, bytes)) {
      consumer.subscribe(List.of("tailrace.events"));
      while (true) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
          if (record.key() != null) { // else the mark of a rebuild, which is no event
            System.out.printf(
                "{\"channel\":\"%s\",\"epoch\":%s,\"seq\":%d,\"id\":\"%s\",\"type\":\"%s\",\"time\":\"%s\",\"data\":%s}%n",
                text(record.key()), header(record, "ce_epoch"),
                Long.parseLong(header(record, "ce_sequence")), header(record, "ce_id"),
                header(record, "ce_type"), header(record, "ce_time"), text(record.value()));
          }
        }
        consumer.commitSync(); // after the lines are out: at least once; (channel, epoch, seq) tells repeats
      }
    }
  }

  private static String header(ConsumerRecord<?, ?> record, String name) {
    return text(record.headers().lastHeader(name).value());
  }

  private static String text(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }
}
