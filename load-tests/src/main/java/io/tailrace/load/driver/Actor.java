package io.tailrace.load.driver;

import java.io.IOException;
import java.sql.SQLException;

/** One who does the same thing over and over; {@link Crew} gives it a thread and a pace. */
public interface Actor extends AutoCloseable {

  /**
   * Does it once.
   *
   * @throws IOException if the server was not there; {@link Crew} waits a moment and goes on
   * @throws SQLException likewise
   */
  void act() throws IOException, SQLException, InterruptedException;

  @Override
  default void close() {}
}
