package io.tailrace.relay.tail;

import java.util.List;
import org.apache.kafka.connect.source.SourceRecord;

/** Takes what the stream brings, batch by batch, in stream order, on one thread. */
@FunctionalInterface
public interface RowSink {
  /**
   * Returns when all of the batch is kept safe elsewhere: the slot may then move past it.
   *
   * @throws InterruptedException when the stream is being closed
   */
  void accept(List<SourceRecord> batch) throws InterruptedException;
}
