package io.tailrace.load.bench;

import io.tailrace.standalone.cli.CommandException;

/** What writes events to the sockets of a {@link Swarm}: the product, or a peer beside it. */
interface FrameSource extends AutoCloseable {
  /**
   * Makes events 0 to {@code count} - 1 of the schedule; returns how many it made, which are fewer
   * where it has given up because it was too far behind.
   *
   * @throws CommandException where it fails
   */
  long publish(OpenLoop schedule, long count) throws InterruptedException;

  /** Of the process that writes to the sockets. */
  ProcessCost cost();

  @Override
  void close();
}
