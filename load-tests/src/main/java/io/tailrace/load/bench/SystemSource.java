package io.tailrace.load.bench;

import io.tailrace.standalone.cli.CommandException;
import java.sql.SQLException;

/** The running system: events are rows of PostgreSQL, each in a transaction of its own. */
final class SystemSource implements FrameSource {
  private static final int CONNECTIONS = 2;

  private final SqlPublisher publisher;
  private final ProcessCost cost;

  /** Writes to channel 0 of the probe. */
  SystemSource(BenchOptions options, EventProbe probe) {
    try {
      publisher = new SqlPublisher(options, probe, 1, CONNECTIONS);
      cost = options.cost();
    } catch (SQLException e) {
      throw new CommandException("PostgreSQL refused: " + e.getMessage(), e);
    }
  }

  @Override
  public long publish(OpenLoop schedule, long count) throws InterruptedException {
    publisher.publish(schedule, count, count);
    return count;
  }

  @Override
  public ProcessCost cost() {
    return cost;
  }

  @Override
  public void close() {
    try {
      publisher.close();
    } catch (SQLException _) {
      // The run is over.
    }
  }
}
