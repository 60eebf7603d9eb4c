package io.tailrace.catchup;

import io.tailrace.schemas.name.Channel;
import io.tailrace.sequencer.store.HistoryOwners;
import io.tailrace.sequencer.store.HistoryReader;
import io.tailrace.sequencer.store.HistoryStreams;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.apache.kafka.common.Metric;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The history store, started anew in place of one that has stopped for good. In between nothing is
 * readable, and so nothing wrong is answered; a disk that is full again and again is loud in the
 * log and not ready. Thread: any; starting and closing under a lock.
 */
final class RestartingHistory implements HistoryReader, HistoryOwners, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RestartingHistory.class);

  private final Function<Runnable, HistoryStreams> start;
  private final Runnable restarted;
  private final Duration pause;
  private final ReentrantLock changes = new ReentrantLock();
  private volatile HistoryStreams running;
  private volatile boolean closed;

  /**
   * Starts the first.
   *
   * @param start starts one, which calls what it is given when it has stopped for good
   * @param restarted told of each later one
   * @param pause between the end of one and the start of the next
   */
  RestartingHistory(Function<Runnable, HistoryStreams> start, Runnable restarted, Duration pause) {
    this.start = start;
    this.restarted = restarted;
    this.pause = pause;
    this.running = start.apply(this::onStopped);
  }

  /** On a thread of the store, which waits for nothing here. */
  private void onStopped() {
    Thread.ofVirtual().name("history-restart").start(this::restart);
  }

  private void restart() {
    try {
      Thread.sleep(pause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    changes.lock();
    try {
      if (closed) {
        return;
      }
      running.close();
      LOG.atWarn().log("the history store is started again after a fault");
      restarted.run();
      running = start.apply(this::onStopped);
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).log("the history store could not be started again");
      onStopped();
    } finally {
      changes.unlock();
    }
  }

  /** What Kafka's clients of the running store measure. */
  Collection<? extends Metric> metrics() {
    return running.metrics();
  }

  @Override
  public int partitions() {
    return running.reader().partitions();
  }

  @Override
  public int partitionOf(Channel channel) {
    return running.reader().partitionOf(channel);
  }

  @Override
  public @Nullable View open(int partition) {
    return running.reader().open(partition);
  }

  @Override
  public @Nullable ReceiptView openReceipts(int partition) {
    return running.reader().openReceipts(partition);
  }

  @Override
  public boolean holds(int partition) {
    return running.reader().holds(partition);
  }

  @Override
  public boolean ready() {
    return running.ready();
  }

  @Override
  public Owner of(int partition) {
    return running.of(partition);
  }

  @Override
  public void close() {
    changes.lock();
    try {
      closed = true;
      running.close();
    } finally {
      changes.unlock();
    }
  }
}
