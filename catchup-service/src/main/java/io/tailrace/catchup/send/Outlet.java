package io.tailrace.catchup.send;

import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSinkChannel;

/**
 * The body of one response. What the socket does not take at once is written by the I/O thread when
 * the client has made room, and no other thread waits for that. A client that takes nothing for too
 * long is cut.
 *
 * <p>Thread: one write at a time, outside of any handler; what was written is told before the next.
 */
public final class Outlet {
  private static final ByteBuffer[] NOTHING = {};

  private final HttpServerExchange exchange;
  private final Pace pace;
  private final Runnable written;
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile ByteBuffer[] rest = NOTHING;
  private final AtomicLong taken = new AtomicLong();
  private volatile boolean watched;
  private volatile @Nullable StreamSinkChannel channel;

  /**
   * What bounds it and what hears of its end.
   *
   * @param stallMs a client that takes nothing for so long is cut
   * @param stalled told of a client that was cut so
   * @param ended told once, however it ends
   */
  public record Pace(long stallMs, Runnable stalled, Runnable ended) {}

  /**
   * Of a response whose headers are set.
   *
   * @param written called on the I/O thread, which it must not keep, when what a write could not
   *     place at once has been placed
   */
  public Outlet(HttpServerExchange exchange, Pace pace, Runnable written) {
    this.exchange = exchange;
    this.pace = pace;
    this.written = written;
  }

  /**
   * Writes; false where the client has to make room first: {@code written} is told then.
   *
   * @throws IOException where the connection is gone
   */
  public boolean write(ByteBuffer... bytes) throws IOException {
    StreamSinkChannel sink = channel();
    rest = bytes;
    if (place(sink)) {
      return true;
    }
    if (!watched) {
      watched = true;
      watch(taken.get());
    }
    sink.getWriteSetter().set(this::onRoom);
    sink.resumeWrites();
    return false;
  }

  /** The exchange gives it out once. */
  private StreamSinkChannel channel() throws IOException {
    StreamSinkChannel sink = channel;
    if (sink == null) {
      sink = exchange.getResponseChannel();
      if (sink == null) {
        throw new IOException("the response has been taken by another");
      }
      channel = sink;
    }
    return sink;
  }

  private boolean place(StreamSinkChannel sink) throws IOException {
    for (ByteBuffer bytes : rest) {
      while (bytes.hasRemaining()) {
        int n = sink.write(bytes);
        if (n == 0) {
          return false;
        }
        taken.addAndGet(n);
      }
    }
    return true;
  }

  private void onRoom(StreamSinkChannel sink) {
    try {
      if (place(sink)) {
        sink.suspendWrites();
        written.run();
      }
    } catch (IOException | RuntimeException e) {
      cut();
    }
  }

  private void watch(long seen) {
    exchange.getIoThread().executeAfter(() -> look(seen), pace.stallMs(), TimeUnit.MILLISECONDS);
  }

  private void look(long seen) {
    if (ended.get()) {
      return;
    }
    if (taken.get() > seen) {
      watch(taken.get());
    } else {
      pace.stalled().run();
      cut();
    }
  }

  /** The body is whole. */
  public void end() {
    if (ended.compareAndSet(false, true)) {
      pace.ended().run();
      exchange.endExchange();
    }
  }

  /** The body cannot be ended as it was begun; the client sees the connection break. */
  public void cut() {
    if (ended.compareAndSet(false, true)) {
      IoUtils.safeClose(exchange.getConnection());
      pace.ended().run();
      exchange.endExchange();
    }
  }
}
