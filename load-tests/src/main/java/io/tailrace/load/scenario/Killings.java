package io.tailrace.load.scenario;

import io.tailrace.load.driver.Failures;
import io.tailrace.load.fault.Victims;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Kills one victim after the other, at random times, until it is told to end. Its own thread does
 * so.
 */
public final class Killings implements Disturbance, AutoCloseable {
  private final Victims victims;
  private final int wanted;
  private final long meanPauseMs;
  private final Random random;
  private final Failures failures = new Failures();
  private final Map<String, Long> counts = new TreeMap<>();
  private final Thread thread;
  private volatile boolean ending;
  private final LongAdder done = new LongAdder();

  /**
   * @param wanted how many kills make {@link #enough}
   * @param meanPauseMs time between the system's being whole and the next kill, on average
   */
  public Killings(Victims victims, int wanted, long meanPauseMs, long seed) {
    this.victims = victims;
    this.wanted = wanted;
    this.meanPauseMs = meanPauseMs;
    this.random = new Random(seed);
    this.thread = Thread.ofPlatform().name("killer").daemon().unstarted(this::run);
  }

  private void run() {
    try {
      while (!ending) {
        long pauseMs = random.nextLong(2 * meanPauseMs) + 1;
        for (long waited = 0; waited < pauseMs && !ending; waited += 50) {
          TimeUnit.MILLISECONDS.sleep(50);
        }
        if (!ending) {
          var victim = victims.killOne(random);
          done.increment();
          synchronized (counts) {
            counts.merge("kills of " + victim, 1L, Long::sum);
          }
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException failure) {
      failures.fail(failure);
    }
  }

  @Override
  public void begin(Load load) {
    thread.start();
  }

  @Override
  public boolean enough() {
    return done.sum() >= wanted || failures.first() != null;
  }

  @Override
  public void end() throws InterruptedException {
    ending = true;
    thread.join();
    var failure = failures.first();
    if (failure != null) {
      throw failure;
    }
  }

  /** Also after a failure nothing may be killed or started any more. */
  @Override
  public void close() {
    ending = true;
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public Map<String, Long> counts() {
    synchronized (counts) {
      return Map.copyOf(counts);
    }
  }
}
