package io.tailrace.load.bench;

import io.tailrace.load.target.RunningSystem;
import io.tailrace.standalone.cli.CommandException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.HdrHistogram.Histogram;

/** Publishes single events, each in a transaction of its own, over a few connections in turn. */
final class SqlPublisher implements AutoCloseable {
  static final String PUBLISH = "select tailrace.publish(?, 'message.posted', ?::json)";

  private final EventProbe probe;
  private final int channels;
  private final List<Connection> connections = new ArrayList<>();

  SqlPublisher(BenchOptions options, EventProbe probe, int channels, int connections)
      throws SQLException {
    this.probe = probe;
    this.channels = channels;
    for (int i = 0; i < connections; i++) {
      this.connections.add(options.connect());
    }
    RunningSystem.checkMayPublish(this.connections.getFirst());
  }

  /**
   * Publishes events 0 to {@code count} - 1; returns schedule→acknowledged commit of those from
   * {@code measured} on.
   */
  Histogram publish(OpenLoop schedule, long count, long measured) throws InterruptedException {
    try (ExecutorService threads =
        Executors.newThreadPerTaskExecutor(Thread.ofPlatform().name("sql-", 0).factory())) {
      List<Future<Histogram>> running = new ArrayList<>();
      for (int n = 0; n < connections.size(); n++) {
        int first = n;
        running.add(threads.submit(() -> publish(first, schedule, count, measured)));
      }
      Histogram all = Latencies.histogram();
      for (Future<Histogram> one : running) {
        all.add(one.get());
      }
      return all;
    } catch (ExecutionException e) {
      throw new CommandException("A write over SQL failed: " + e.getCause(), e);
    }
  }

  private Histogram publish(int first, OpenLoop schedule, long count, long measured)
      throws SQLException {
    Histogram latencies = Latencies.histogram();
    try (PreparedStatement statement = connections.get(first).prepareStatement(PUBLISH)) {
      for (long event = first; event < count; event += connections.size()) {
        long due = schedule.due(event);
        OpenLoop.awaitNanos(due);
        statement.setString(1, probe.channel((int) (event % channels)));
        statement.setString(2, probe.data(due));
        statement.execute();
        if (event >= measured) {
          Latencies.record(latencies, System.nanoTime() - due);
        }
      }
    }
    return latencies;
  }

  /** How many of {@code count} events each channel has got. */
  long[] heads(long count) {
    long[] heads = new long[channels];
    for (int n = 0; n < channels; n++) {
      heads[n] = count / channels + (n < count % channels ? 1 : 0);
    }
    return heads;
  }

  @Override
  public void close() throws SQLException {
    for (Connection connection : connections) {
      connection.close();
    }
  }
}
