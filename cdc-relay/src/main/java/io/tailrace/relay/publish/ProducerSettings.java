package io.tailrace.relay.publish;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;

/** The relay's producer. */
public final class ProducerSettings {
  private static final int BATCH_BYTES = 256 * 1024;
  private static final long BUFFER_BYTES = 64L * 1024 * 1024;

  private ProducerSettings() {}

  /**
   * Settings for a producer of byte arrays.
   *
   * @param delivery after this time a send has failed for good
   * @param requestBytesMax largest message
   */
  public static Map<String, Object> of(String bootstrap, Duration delivery, int requestBytesMax) {
    Map<String, Object> p = new HashMap<>();
    p.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    p.put(ProducerConfig.CLIENT_ID_CONFIG, "tailrace-relay");
    p.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    p.put(ProducerConfig.ACKS_CONFIG, "all");
    // A batch is what the stream brought at once; waiting for more would only add latency.
    p.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    p.put(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
    p.put(ProducerConfig.BUFFER_MEMORY_CONFIG, BUFFER_BYTES);
    p.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, requestBytesMax);
    int deliveryMs = Math.toIntExact(delivery.toMillis());
    p.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, deliveryMs);
    p.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.min(30_000, deliveryMs));
    p.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, (long) deliveryMs);
    return p;
  }
}
