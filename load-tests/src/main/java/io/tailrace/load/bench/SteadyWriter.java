package io.tailrace.load.bench;

import io.tailrace.load.driver.Failures;
import io.tailrace.standalone.cli.CommandException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/**
 * Publishes single events to all channels in turn, at a steady rate, until it is told to end. A
 * thread for each connection; each channel belongs to one of them. What a busy database makes late
 * is not caught up: waits count from the commit, and a backlog would hide when they end.
 */
final class SteadyWriter implements AutoCloseable {
  private final EventProbe probe;
  private final long[] heads;
  private final List<Connection> connections = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final Failures failures = new Failures();
  private volatile boolean ended;

  /** Begins at once. */
  SteadyWriter(Callable<Connection> connect, EventProbe probe, Load load) throws Exception {
    this.probe = probe;
    this.heads = new long[load.channels()];
    for (int n = 0; n < load.connections(); n++) {
      Connection connection = connect.call();
      connections.add(connection);
      int first = n;
      threads.add(
          Thread.ofPlatform().name("steady-" + n).start(() -> write(connection, first, load)));
    }
  }

  /**
   * What is written.
   *
   * @param rate events per second, over all
   * @param channels a multiple of the connections
   */
  record Load(int rate, int channels, int connections) {}

  private void write(Connection connection, int first, Load load) {
    try (PreparedStatement statement = connection.prepareStatement(SqlPublisher.PUBLISH)) {
      long pauseNanos = TimeUnit.SECONDS.toNanos(load.connections()) / load.rate();
      long due = System.nanoTime();
      for (long event = first; !ended; event += load.connections()) {
        due = Math.max(due + pauseNanos, System.nanoTime());
        OpenLoop.awaitNanos(due);
        int channel = (int) (event % load.channels());
        statement.setString(1, probe.channel(channel));
        statement.setString(2, probe.data(due));
        statement.execute();
        heads[channel]++;
      }
    } catch (SQLException e) {
      if (ended) {
        return; // closed under it
      }
      failures.fail(new CommandException("A write over SQL failed: " + e.getMessage(), e));
    }
  }

  /** Throws what ended a thread too early. */
  void check() {
    var failure = failures.first();
    if (failure != null) {
      throw failure;
    }
  }

  /** Ends; returns how many events each channel has got. */
  long[] end() throws InterruptedException {
    ended = true;
    for (Thread thread : threads) {
      thread.join();
    }
    check();
    return heads;
  }

  @Override
  public void close() throws SQLException {
    ended = true;
    for (Connection connection : connections) {
      connection.close();
    }
  }
}
