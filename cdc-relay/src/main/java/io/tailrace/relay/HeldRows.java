package io.tailrace.relay;

import io.tailrace.relay.tail.RowSink;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the stream's first batch waiting until it is known that the log continues this database.
 * Both take their time, and a takeover waits for the longer one instead of for one after the other.
 *
 * <p>A batch that waits counts as not accepted: where it is never released, the slot has not moved.
 * The engine's thread waits, another one releases.
 */
final class HeldRows implements RowSink {
  private static final long LOOK_MS = 50;

  private final BooleanSupplier stopping;
  private final CountDownLatch released = new CountDownLatch(1);
  private volatile @Nullable RowSink sink;

  /**
   * Holds all rows.
   *
   * @param stopping whether nobody will release them any more
   */
  HeldRows(BooleanSupplier stopping) {
    this.stopping = stopping;
  }

  /** From now on all rows go there. */
  void release(RowSink to) {
    sink = to;
    released.countDown();
  }

  @Override
  public void accept(List<SourceRecord> batch) throws InterruptedException {
    while (!released.await(LOOK_MS, TimeUnit.MILLISECONDS)) {
      if (stopping.getAsBoolean()) {
        throw new InterruptedException("the relay stops before a row was published");
      }
    }
    Objects.requireNonNull(sink).accept(batch);
  }
}
