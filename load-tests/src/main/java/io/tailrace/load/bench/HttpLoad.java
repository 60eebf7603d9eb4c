package io.tailrace.load.bench;

import io.tailrace.standalone.cli.CommandException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Single writes over keep-alive connections in an open loop, on one thread. A write that is due
 * while all connections wait is sent later, and its latency counts from when it was due.
 */
final class HttpLoad implements AutoCloseable {
  private static final long BEHIND_NANOS = TimeUnit.SECONDS.toNanos(3);
  private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** Where to, as whom, and what. */
  record Plan(
      URI url, String token, EventProbe probe, int channels, int connections, boolean ackCommit) {}

  /**
   * One step.
   *
   * @param answers how many by status
   * @param saturated whether it was ended because the schedule could not be kept
   */
  record Step(
      double rate,
      double seconds,
      Histogram latencies,
      TreeMap<Integer, Long> answers,
      boolean saturated) {
    double perSecond() {
      return latencies.getTotalCount() / seconds;
    }

    long refused() {
      return answers.entrySet().stream()
          .filter(e -> e.getKey() >= 300)
          .mapToLong(e -> e.getValue())
          .sum();
    }

    boolean holds(double p99Ms) {
      return !saturated && refused() == 0 && Latencies.at(latencies, 99) < p99Ms;
    }
  }

  private final Plan plan;
  private final Selector selector;
  private final List<HttpLane> lanes = new ArrayList<>();
  private final Queue<HttpLane> free = new ArrayDeque<>();
  private final String head;
  private TreeMap<Integer, Long> answers = new TreeMap<>();
  private Histogram latencies = Latencies.histogram();
  private long measuredFrom;
  private long sent;
  private @Nullable String firstRefusal;

  HttpLoad(Plan plan) {
    this.plan = plan;
    this.head =
        (plan.ackCommit() ? "/events?ack=commit" : "/events")
            + " HTTP/1.1\r\nHost: "
            + plan.url().getAuthority()
            + "\r\nAuthorization: Bearer "
            + plan.token()
            + "\r\nContent-Type: application/json\r\nContent-Length: ";
    try {
      selector = Selector.open();
      InetSocketAddress address = new InetSocketAddress(plan.url().getHost(), plan.url().getPort());
      for (int i = 0; i < plan.connections(); i++) {
        lanes.add(new HttpLane(address, selector));
      }
      free.addAll(lanes);
    } catch (IOException e) {
      throw new CommandException("The server refuses connections: " + e.getMessage(), e);
    }
  }

  /** Runs one rate. */
  Step run(double rate, int warmupSeconds, int seconds) {
    answers = new TreeMap<>();
    latencies = Latencies.histogram();
    OpenLoop schedule = new OpenLoop(System.nanoTime() + 20_000_000, rate);
    long count = (long) (rate * (warmupSeconds + seconds));
    measuredFrom = schedule.due((long) (rate * warmupSeconds));
    try {
      boolean saturated = load(schedule, count);
      long ended = System.nanoTime();
      drain();
      return new Step(rate, Math.max(1, ended - measuredFrom) / 1e9, latencies, answers, saturated);
    } catch (IOException e) {
      throw new CommandException(
          "A connection broke at " + rate + " writes/s: " + e.getMessage(), e);
    }
  }

  private boolean load(OpenLoop schedule, long count) throws IOException {
    long next = 0;
    while (next < count) {
      long now = System.nanoTime();
      long due = schedule.due(next);
      if (now - due > BEHIND_NANOS) {
        return true;
      }
      while (next < count && due <= now && !free.isEmpty()) {
        send(free.remove(), due);
        due = schedule.due(++next);
      }
      selector.select(this::receive, 1);
    }
    return false;
  }

  private void drain() throws IOException {
    long until = System.nanoTime() + DRAIN_NANOS;
    while (free.size() < lanes.size()) {
      selector.select(this::receive, 10);
      if (System.nanoTime() > until) {
        throw new IOException((lanes.size() - free.size()) + " writes were not answered");
      }
    }
  }

  private void send(HttpLane lane, long due) throws IOException {
    String body = "{\"type\":\"message.posted\",\"data\":" + plan.probe().data(due) + "}";
    String channel = plan.probe().channel((int) (sent++ % plan.channels()));
    String request = "POST /v1/channels/" + channel + head + body.length() + "\r\n\r\n" + body;
    lane.send(request.getBytes(StandardCharsets.ISO_8859_1), due);
  }

  private void receive(SelectionKey key) {
    HttpLane lane = (HttpLane) key.attachment();
    try {
      ResponseHead answer = lane.receive();
      if (answer == null) {
        return;
      }
      if (answer.status() >= 300 && firstRefusal == null) {
        firstRefusal = lane.text(answer.bytes());
      }
      answers.merge(answer.status(), 1L, Long::sum);
      if (lane.due() >= measuredFrom) {
        Latencies.record(latencies, System.nanoTime() - lane.due());
      }
      free.add(lane);
    } catch (IOException e) {
      throw new CommandException("A connection broke: " + e.getMessage(), e);
    }
  }

  /** The first answer that was not a success. */
  @Nullable String firstRefusal() {
    return firstRefusal;
  }

  @Override
  public void close() {
    try {
      for (HttpLane lane : lanes) {
        lane.close();
      }
      selector.close();
    } catch (IOException _) {
      // Nobody waits for it any more.
    }
  }
}
