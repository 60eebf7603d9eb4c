package io.tailrace.load.bench;

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

/** Publishes transactions of many rows over a few connections; rows go round all channels. */
final class BatchPublisher implements AutoCloseable {
  private static final String INSERT =
      """
      insert into tailrace.outbox (tenant, channel, type, data)
      select 'demo', channel, 'message.posted', data::json
      from unnest(?::text[], ?::text[]) with ordinality as t(channel, data, place)
      order by place
      """;

  private final EventProbe probe;
  private final int channels;
  private final List<Connection> connections = new ArrayList<>();

  BatchPublisher(BenchOptions options, EventProbe probe, int channels, int connections)
      throws SQLException {
    this.probe = probe;
    this.channels = channels;
    for (int i = 0; i < connections; i++) {
      this.connections.add(options.connect());
    }
  }

  /** Batch n is due as event n of the schedule; unpaced, each follows the one before. */
  void publish(OpenLoop schedule, int batches, int rows, boolean paced)
      throws InterruptedException {
    try (ExecutorService threads =
        Executors.newThreadPerTaskExecutor(Thread.ofPlatform().name("sql-", 0).factory())) {
      List<Future<?>> running = new ArrayList<>();
      for (int n = 0; n < connections.size(); n++) {
        int first = n;
        running.add(
            threads.submit(() -> {
              publish(first, schedule, batches, rows, paced);
              return null;
            }));
      }
      for (Future<?> one : running) {
        one.get();
      }
    } catch (ExecutionException e) {
      throw new CommandException("A write over SQL failed: " + e.getCause(), e);
    }
  }

  private void publish(int first, OpenLoop schedule, int batches, int rows, boolean paced)
      throws SQLException {
    Connection connection = connections.get(first);
    String[] names = new String[rows];
    String[] data = new String[rows];
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      for (int batch = first; batch < batches; batch += connections.size()) {
        long due = paced ? schedule.due(batch) : System.nanoTime();
        OpenLoop.awaitNanos(due);
        for (int row = 0; row < rows; row++) {
          names[row] = probe.channel(channel(batch, row, rows));
          data[row] = probe.data(due);
        }
        insert.setArray(1, connection.createArrayOf("text", names));
        insert.setArray(2, connection.createArrayOf("text", data));
        insert.executeUpdate();
      }
    }
  }

  private int channel(int batch, int row, int rows) {
    return (int) (((long) batch * rows + row) % channels);
  }

  /** How many events each channel has got. */
  long[] heads(int batches, int rows) {
    long[] heads = new long[channels];
    long count = (long) batches * rows;
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
