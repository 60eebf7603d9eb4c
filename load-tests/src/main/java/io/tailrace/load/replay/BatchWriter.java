package io.tailrace.load.replay;

import io.tailrace.load.trace.Message;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/** Writes the trace into the outbox over one connection, so that commits keep its order. */
final class BatchWriter {
  private static final int ROWS = 500;
  private static final String INSERT =
      """
      insert into tailrace.outbox (tenant, channel, type, author, data)
      select 'demo', channel, 'message.posted', author, data::json
      from unnest(?::text[], ?::text[], ?::text[]) with ordinality as t(channel, author, data, place)
      order by place
      """;

  private final Connection connection;
  private final List<Message> messages;
  private final double speed;

  /** With a speed as a multiple of the recorded one; infinite for as fast as it goes. */
  BatchWriter(Connection connection, List<Message> messages, double speed) {
    this.connection = connection;
    this.messages = messages;
    this.speed = speed;
  }

  /** Writes everything; tells after each commit how many have been written. */
  void write(IntConsumer written) throws SQLException {
    long began = System.nanoTime();
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      int from = 0;
      while (from < messages.size()) {
        awaitDue(began, messages.get(from));
        int to = from + 1;
        while (to < messages.size() && to - from < ROWS && isDue(began, messages.get(to))) {
          to++;
        }
        commit(insert, from, to);
        written.accept(to);
        from = to;
      }
    }
  }

  private void commit(PreparedStatement insert, int from, int to) throws SQLException {
    String[] channels = new String[to - from];
    String[] authors = new String[to - from];
    String[] data = new String[to - from];
    for (int n = from; n < to; n++) {
      Message message = messages.get(n);
      channels[n - from] = TraceText.channel(message);
      authors[n - from] = TraceText.author(message);
      data[n - from] = TraceText.data(message, n);
    }
    set(insert, 1, channels);
    set(insert, 2, authors);
    set(insert, 3, data);
    insert.executeUpdate();
    connection.commit();
  }

  private void set(PreparedStatement insert, int place, String[] texts) throws SQLException {
    Array array = connection.createArrayOf("text", texts);
    insert.setArray(place, array);
  }

  private boolean isDue(long began, Message message) {
    return System.nanoTime() - began >= dueNanos(message);
  }

  private void awaitDue(long began, Message message) {
    for (long left = dueNanos(message) - (System.nanoTime() - began);
        left > 0;
        left = dueNanos(message) - (System.nanoTime() - began)) {
      LockSupport.parkNanos(Math.min(left, 100_000_000));
    }
  }

  private long dueNanos(Message message) {
    return Double.isInfinite(speed)
        ? 0
        : (long) (message.atSeconds() / speed * TimeUnit.SECONDS.toNanos(1));
  }
}
