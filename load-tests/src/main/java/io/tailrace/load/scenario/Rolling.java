package io.tailrace.load.scenario;

import io.tailrace.load.driver.Failures;
import io.tailrace.load.fault.ManyProcesses;
import io.tailrace.load.proxy.Balancer;
import io.tailrace.load.proxy.Fault;
import io.tailrace.load.target.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Replaces every process of a system once, one after the other, as an upgrade does: SIGTERM, its
 * end awaited, started, ready, a while of peace, the next one. Clients reach the system through a
 * balancer and over a good network, so that whatever they feel comes of the restarts. Its own
 * thread does so.
 */
public final class Rolling implements Disturbance, AutoCloseable {
  /** The row of the time before. */
  private static final String QUIET = "quiet";

  private static final int OK = 0;
  private static final Roll.Stop NONE = new Roll.Stop(0, OK);

  private final ManyProcesses system;
  private final Balancer balancer;
  private final Pace pace;
  private final Failures failures = new Failures();
  private final List<Roll> rolls = new ArrayList<>();
  private volatile @Nullable Thread thread;
  private volatile boolean done;

  /**
   * How long what takes.
   *
   * @param warmUpMs before anything is measured: the processes have just started
   * @param quietMs measured before the first restart
   * @param peaceMs between ready and the next one
   */
  public record Pace(long warmUpMs, long quietMs, long peaceMs) {}

  public Rolling(ManyProcesses system, Pace pace) {
    this.system = system;
    this.balancer = Balancer.start(system.target());
    this.pace = pace;
  }

  @Override
  public Network network(Target target) {
    return new Network(balancer::turn, _ -> _ -> new Fault.None());
  }

  @Override
  public void begin(Load load) {
    thread = Thread.ofPlatform().name("roller").daemon().start(() -> run(new Cuts(load)));
  }

  /** Cuts what a load shows into stretches. One thread. */
  private static final class Cuts {
    private final Load load;
    private Map<String, Long> before = Map.of();

    Cuts(Load load) {
      this.load = load;
    }

    /** What came since the last one. */
    Roll cut(String service, Roll.Stop stop, long readyMs) {
      var now = load.counts();
      var meanwhile = new HashMap<String, Long>();
      now.forEach((what, count) -> meanwhile.put(what, count - before.getOrDefault(what, 0L)));
      before = now;
      return new Roll(service, stop, readyMs, load.waits(), meanwhile);
    }
  }

  private void run(Cuts cuts) {
    try {
      TimeUnit.MILLISECONDS.sleep(pace.warmUpMs());
      var _ = cuts.cut(QUIET, NONE, 0);
      TimeUnit.MILLISECONDS.sleep(pace.quietMs());
      add(cuts.cut(QUIET, NONE, 0));
      for (var name : system.upgradeOrder()) {
        roll(name, cuts);
      }
      done = true;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException failure) {
      failures.fail(failure);
    }
  }

  private void roll(String name, Cuts cuts) throws InterruptedException {
    long asked = System.nanoTime();
    int code = system.stop(name);
    long ended = System.nanoTime();
    system.startAgain(name);
    system.awaitReady(name);
    long ready = System.nanoTime();
    TimeUnit.MILLISECONDS.sleep(pace.peaceMs());
    var stop = new Roll.Stop(TimeUnit.NANOSECONDS.toMillis(ended - asked), code);
    add(cuts.cut(name, stop, TimeUnit.NANOSECONDS.toMillis(ready - ended)));
  }

  private void add(Roll roll) {
    synchronized (rolls) {
      rolls.add(roll);
    }
  }

  /** The quiet time, then every process in the order in which they were restarted. */
  public List<Roll> rolls() {
    synchronized (rolls) {
      return List.copyOf(rolls);
    }
  }

  @Override
  public boolean enough() {
    return done || failures.first() != null;
  }

  /** Waits until every process has had its turn. */
  @Override
  public void end() throws InterruptedException {
    var running = thread;
    if (running != null) {
      running.join();
    }
    var failure = failures.first();
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public void close() {
    var running = thread;
    if (running != null) {
      running.interrupt();
      try {
        running.join();
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }
    balancer.close();
  }

  @Override
  public Map<String, Long> counts() {
    return Map.of("restarts", (long) Math.max(0, rolls().size() - 1));
  }
}
