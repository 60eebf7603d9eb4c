package io.tailrace.load.bench;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Everybody of some swarms types, and moves: each subscriber says a signal and what it is doing
 * once in a while, all of them spread evenly over that while. On a thread of its own.
 */
final class Talk implements AutoCloseable {
  private static final List<String> MODES = List.of("active", "editing", "away");

  private final List<Swarm> swarms;
  private final String channel;
  private final AtomicLong signals = new AtomicLong();
  private final AtomicLong presence = new AtomicLong();
  private final List<Thread> threads;
  private volatile boolean ended;

  /**
   * Begins at once.
   *
   * @param typingSeconds between two signals of one subscriber
   * @param movingSeconds between two changes of what one subscriber is doing
   */
  Talk(List<Swarm> swarms, String channel, int typingSeconds, int movingSeconds) {
    this.swarms = swarms;
    this.channel = channel;
    this.threads =
        List.of(
            Thread.ofPlatform()
                .name("typing")
                .start(() -> each(typingSeconds, signals, this::signal)),
            Thread.ofPlatform()
                .name("moving")
                .start(() -> each(movingSeconds, presence, this::presence)));
  }

  private interface Saying {
    String text(long round);
  }

  private void each(int seconds, AtomicLong said, Saying saying) {
    long all = swarms.stream().mapToLong(Swarm::size).sum();
    OpenLoop schedule = new OpenLoop(System.nanoTime(), (double) all / seconds);
    for (long round = 0; ; round++) {
      for (Swarm swarm : swarms) {
        for (int n = 0; n < swarm.size(); n++) {
          OpenLoop.awaitNanos(schedule.due(said.get()));
          if (ended) {
            return;
          }
          swarm.say(n, saying.text(round + n));
          said.incrementAndGet();
        }
      }
    }
  }

  private String signal(long round) {
    return "{\"t\":\"signal\",\"channel\":\""
        + channel
        + "\",\"type\":\"typing\",\"data\":{\"at\":"
        + round
        + "}}";
  }

  private String presence(long round) {
    return "{\"t\":\"presence\",\"channel\":\""
        + channel
        + "\",\"mode\":\""
        + MODES.get((int) (round % MODES.size()))
        + "\",\"data\":{\"at\":"
        + round
        + "}}";
  }

  /** Signals said so far. */
  long signals() {
    return signals.get();
  }

  /** How often somebody said so far what they are doing. */
  long presence() {
    return presence.get();
  }

  @Override
  public void close() {
    ended = true;
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
