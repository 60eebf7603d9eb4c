package io.tailrace.sequencer.store;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;

/**
 * How many records of each partition wait to be processed, as the Streams threads of this process
 * last saw it: a gauge with the label {@code partition}, for the partitions that it has now and for
 * no copies. Any thread; looks when it is asked to.
 */
public final class PartitionLag {
  private final MultiGauge gauge;
  private final String topic;

  /**
   * Registers the gauge.
   *
   * @param topic whose partitions are meant
   */
  public PartitionLag(MeterRegistry registry, String name, String topic) {
    this.gauge =
        MultiGauge.builder(name)
            .description("Records that wait, by partition of " + topic + ".")
            .register(registry);
    this.topic = topic;
  }

  /**
   * Takes what Kafka's clients know now.
   *
   * @param metrics those of Kafka Streams
   */
  public void look(Collection<? extends Metric> metrics) {
    gauge.register(
        ofPartitions(metrics).entrySet().stream()
            .map(lag -> MultiGauge.Row.of(Tags.of("partition", lag.getKey()), lag.getValue()))
            .toList(),
        true);
  }

  private Map<String, Double> ofPartitions(Collection<? extends Metric> metrics) {
    Map<String, Double> lags = new TreeMap<>();
    for (Metric metric : metrics) {
      MetricName name = metric.metricName();
      String partition = name.tags().get("partition");
      if (name.name().equals("records-lag")
          && partition != null
          && topic.equals(name.tags().get("topic"))
          // Copies are read by a consumer of their own, which is behind on purpose.
          && !name.tags().getOrDefault("client-id", "").contains("restore")
          && metric.metricValue() instanceof Double lag
          && !lag.isNaN()) {
        lags.merge(partition, lag, Math::max);
      }
    }
    return lags;
  }
}
