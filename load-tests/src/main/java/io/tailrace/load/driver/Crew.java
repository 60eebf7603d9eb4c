package io.tailrace.load.driver;

import io.tailrace.load.driver.Counters.Name;
import io.tailrace.load.target.Target;
import java.io.IOException;
import java.net.http.HttpClient;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The threads of a run and what they share. Each actor keeps its own pace and does not hurry to
 * make up for lost time.
 */
public final class Crew implements AutoCloseable {
  private static final long AFTER_LOSS_MS = 100;

  private final Target target;
  private final HttpClient client = Http.client();
  private final Counters counters = new Counters();
  private final Failures failures = new Failures();
  private final AccessLog access = new AccessLog();
  private final Waits waits = new Waits(InstantSource.system());
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean stopping;

  public Crew(Target target) {
    this.target = target;
  }

  public Target target() {
    return target;
  }

  public Counters counters() {
    return counters;
  }

  public Failures failures() {
    return failures;
  }

  public AccessLog access() {
    return access;
  }

  public Waits waits() {
    return waits;
  }

  /** The HTTP interface as whoever has this seat. */
  Http http(Seat seat, Target through) {
    return seat.comesAndGoes() ? plain(seat.user(), through) : http(seat.user(), through);
  }

  /** The HTTP interface as this user. */
  public Http http(String user) {
    return http(user, target);
  }

  /** The same, reached through another address. */
  public Http http(String user, Target through) {
    return new Http(client, through, through.tokens().apply(user));
  }

  /** As a user whose token has no role, and so no right that the channel does not give. */
  public Http plain(String user, Target through) {
    return new Http(client, through, through.plainTokens().apply(user));
  }

  /** Lets the actor act this often, in a thread of its own, until {@link #stop}. */
  public void start(String name, double perSecond, Actor actor) {
    threads.add(Thread.ofVirtual().name(name).start(() -> run(perSecond, actor)));
  }

  private void run(double perSecond, Actor actor) {
    long periodNanos = (long) (1e9 / perSecond);
    try (actor) {
      while (!stopping) {
        long next = System.nanoTime() + periodNanos;
        try {
          actor.act();
        } catch (IOException | SQLException _) {
          counters.count(Name.LOST_CONNECTIONS);
          TimeUnit.MILLISECONDS.sleep(AFTER_LOSS_MS);
        }
        TimeUnit.NANOSECONDS.sleep(next - System.nanoTime());
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException failure) {
      failures.fail(failure);
    }
  }

  /** Lets everybody finish what was begun; false if somebody had not after this long. */
  public boolean stop(long timeoutMs) throws InterruptedException {
    stopping = true;
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    boolean all = true;
    for (var thread : threads) {
      long leftMs = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      all &= leftMs > 0 && thread.join(Duration.ofMillis(leftMs));
    }
    return all;
  }

  @Override
  public void close() {
    stopping = true;
    threads.forEach(Thread::interrupt);
    client.shutdownNow();
  }
}
