package io.tailrace.load.driver;

import io.tailrace.load.driver.Counters.Name;
import io.tailrace.load.oracle.Witness;
import io.tailrace.load.target.Target;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * A subscriber that follows the protocol by itself, without a client of the product: its own
 * virtual thread connects, and connects again for as long as it lives.
 */
abstract class ProtocolFollower implements Follower {
  private static final int BACKOFF_MAX_MS = 500;

  final Seat seat;
  final Http http;
  final Counters counters;
  final Random random;
  final FrameHandler handler;
  private final Failures failures;
  private final Thread thread;
  private volatile boolean closed;

  ProtocolFollower(Seat seat, Crew crew, Target through, Random random) {
    this.seat = seat;
    this.http = crew.http(seat, through);
    this.counters = crew.counters();
    this.failures = crew.failures();
    this.random = random;
    this.handler = new FrameHandler(seat, http, crew);
    this.thread = Thread.ofVirtual().name(seat.name()).unstarted(this::run);
  }

  /** To be called once everything is in place. */
  final void begin() {
    thread.start();
  }

  private void run() {
    while (!closed) {
      try {
        connected();
      } catch (IOException _) {
        counters.count(Name.LOST_CONNECTIONS);
        pause(random.nextInt(10, BACKOFF_MAX_MS));
      } catch (InterruptedException _) {
        return;
      } catch (RuntimeException failure) {
        failures.fail(failure);
        return;
      }
    }
  }

  /**
   * One connection from its beginning to its end.
   *
   * @throws IOException if it was lost; a short pause follows, and another one
   */
  abstract void connected() throws IOException, InterruptedException;

  final boolean isClosed() {
    return closed;
  }

  static void pause(long ms) {
    if (ms > 0) {
      try {
        TimeUnit.MILLISECONDS.sleep(ms);
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public final String name() {
    return seat.name();
  }

  @Override
  public final List<String> channels() {
    return seat.channels();
  }

  @Override
  public final long last(String channel) {
    var trail = handler.trails().get(channel);
    return trail == null ? 0 : trail.last();
  }

  @Override
  public final boolean subscribed(String channel) {
    var trail = handler.trails().get(channel);
    return trail != null && trail.begun();
  }

  @Override
  public final List<Witness> witnesses(String channel) {
    var trail = handler.trails().get(channel);
    return trail == null ? List.of() : trail.witnesses();
  }

  @Override
  public final void close() {
    closed = true;
    thread.interrupt();
  }
}
