package io.tailrace.relay.tail;

import io.debezium.embedded.Connect;
import io.debezium.engine.ChangeEvent;
import io.debezium.engine.DebeziumEngine;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one replication stream of this process.
 *
 * <p>Life: start, rows, end. The end is told once to the listener of {@link #start}, with the cause
 * if there was one; there is no way back from it.
 */
public final class Tail implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Tail.class);
  private static final long CLOSE_WAIT_SECONDS = 8;

  private final DebeziumEngine<ChangeEvent<SourceRecord, SourceRecord>> engine;
  private final CountDownLatch polling = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean closing;

  /** Told when the stream has ended otherwise than by {@link #close()}. */
  @FunctionalInterface
  public interface EndListener {
    /** Called on an engine thread, at most once. */
    void ended(String message, @Nullable Throwable cause);
  }

  private Tail(
      TailSource source,
      StartCheck check,
      RowSink sink,
      EndListener listener,
      LongSupplier nanoTime) {
    StreamHooks hooks =
        new StreamHooks(
            source.flushEvery(), source.batchRowsMax(), TailSource.MESSAGE_PREFIX, nanoTime, check);
    this.engine =
        DebeziumEngine.create(Connect.class)
            .using(source.toProperties())
            .using(hooks)
            .using(new Polling())
            .using((success, message, error) -> end(message, error, listener))
            .notifying(new Feed(sink))
            .build();
  }

  /**
   * Starts reading; returns at once.
   *
   * @param nanoTime monotonic clock
   */
  public static Tail start(
      TailSource source,
      StartCheck check,
      RowSink sink,
      EndListener listener,
      LongSupplier nanoTime) {
    Tail tail = new Tail(source, check, sink, listener, nanoTime);
    Thread.ofPlatform().name("relay-engine").daemon().start(tail.engine);
    return tail;
  }

  private void end(String message, @Nullable Throwable error, EndListener listener) {
    polling.countDown();
    ended.countDown();
    if (!closing) {
      listener.ended(message, error);
    }
  }

  /** Ends the stream; waits some seconds at most. True when it has ended. */
  public boolean stop() {
    closing = true;
    try {
      // Debezium refuses to be closed while its task is starting.
      if (!polling.await(CLOSE_WAIT_SECONDS, TimeUnit.SECONDS)) {
        return false;
      }
      Thread closer = Thread.ofPlatform().name("relay-engine-close").daemon().start(this::close0);
      closer.join(TimeUnit.SECONDS.toMillis(CLOSE_WAIT_SECONDS));
      return ended.await(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() {
    stop();
  }

  private void close0() {
    try {
      engine.close();
    } catch (IOException | IllegalStateException e) {
      // It has ended by itself meanwhile.
      LOG.atDebug().setCause(e).log("the engine was already closed");
    }
  }

  private final class Polling implements DebeziumEngine.ConnectorCallback {
    @Override
    public void pollingStarted() {
      polling.countDown();
    }
  }

  private record Feed(RowSink sink)
      implements DebeziumEngine.ChangeConsumer<ChangeEvent<SourceRecord, SourceRecord>> {

    @Override
    public void handleBatch(
        List<ChangeEvent<SourceRecord, SourceRecord>> events,
        DebeziumEngine.RecordCommitter<ChangeEvent<SourceRecord, SourceRecord>> committer)
        throws InterruptedException {
      for (ChangeEvent<SourceRecord, SourceRecord> event : events) {
        if (!(event.value() instanceof RowBatch batch)) {
          throw new IllegalStateException("the stream brought a record outside a batch");
        }
        sink.accept(batch.rows());
        committer.markProcessed(event);
      }
      committer.markBatchFinished();
    }
  }
}
