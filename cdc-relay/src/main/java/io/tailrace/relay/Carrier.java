package io.tailrace.relay;

import io.tailrace.relay.publish.Publisher;
import io.tailrace.relay.tail.RowSink;
import io.tailrace.relay.translate.RowReader;
import io.tailrace.relay.translate.SourceRow;
import io.tailrace.relay.translate.Translated;
import io.tailrace.relay.translate.Translator;
import io.tailrace.schemas.event.Envelope;
import io.tailrace.schemas.event.OutboxRecord;
import io.tailrace.schemas.trace.Hop;
import io.tailrace.schemas.trace.Traced;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.connect.source.SourceRecord;

/** From the stream to Kafka: reads, translates, publishes a batch. One stream, one thread. */
final class Carrier implements RowSink {
  private final RowReader reader = new RowReader();
  private final Translator translator;
  private final Publisher publisher;
  private final RelayMetrics metrics;
  private final InstantSource clock;

  Carrier(Translator translator, Publisher publisher, RelayMetrics metrics, InstantSource clock) {
    this.translator = translator;
    this.publisher = publisher;
    this.metrics = metrics;
    this.clock = clock;
  }

  @Override
  public void accept(List<SourceRecord> batch) throws InterruptedException {
    List<Translated> rows = new ArrayList<>(batch.size());
    for (SourceRecord record : batch) {
      SourceRow row = reader.read(record);
      if (row != null) {
        rows.add(translator.translate(row));
      }
    }
    if (rows.isEmpty()) {
      return;
    }
    long firstMicros = rows.getFirst().commitMicros();
    metrics.batchTaken(firstMicros);
    int dead = publisher.publish(rows);
    Instant committed = Instant.EPOCH.plus(firstMicros, ChronoUnit.MICROS);
    metrics.batchAcknowledged(rows.size(), dead, Duration.between(committed, clock.instant()));
    if (metrics.spans().isOn()) {
      tellOfSpans(rows);
    }
  }

  private void tellOfSpans(List<Translated> rows) {
    long ackMicros = ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
    for (Translated translated : rows) {
      if (translated instanceof Translated.Row(OutboxRecord outbox, long commitMicros)) {
        Envelope envelope = outbox.envelope();
        Traced traced = metrics.spans().traced(envelope.id(), envelope.traceparent());
        if (traced != null) {
          metrics.spans().hop(Hop.RELAY, traced, commitMicros, ackMicros);
        }
      }
    }
  }
}
