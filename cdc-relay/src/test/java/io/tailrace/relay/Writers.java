package io.tailrace.relay;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Several sessions whose transactions interleave; one in eight rolls back. */
final class Writers implements AutoCloseable {
  private static final int SESSIONS = 4;
  private static final int CHANNELS = 6;

  final AtomicInteger committedRows = new AtomicInteger();
  private final AtomicBoolean stop = new AtomicBoolean();
  private final List<Thread> threads = new ArrayList<>();

  Writers(Servers servers) {
    for (int i = 0; i < SESSIONS; i++) {
      Random random = new Random(i);
      threads.add(Thread.ofPlatform().start(() -> write(servers, random)));
    }
  }

  private void write(Servers servers, Random random) {
    try (Connection connection = servers.connect()) {
      connection.setAutoCommit(false);
      while (!stop.get()) {
        int rows = 1 + random.nextInt(4);
        for (int i = 0; i < rows; i++) {
          Servers.insert(connection, "chat:" + random.nextInt(CHANNELS), "1");
          LockSupport.parkNanos(random.nextInt(3_000_000));
        }
        if (random.nextInt(8) == 0) {
          connection.rollback();
        } else {
          connection.commit();
          committedRows.addAndGet(rows);
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    stop.set(true);
    threads.forEach(Writers::join);
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
