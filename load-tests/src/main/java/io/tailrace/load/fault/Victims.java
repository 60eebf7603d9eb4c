package io.tailrace.load.fault;

import io.tailrace.load.target.Target;
import java.util.random.RandomGenerator;

/** A system whose processes may be killed. */
public interface Victims extends AutoCloseable {

  /** How it is reached; the same through all kills. */
  Target target();

  /**
   * Kills one process with SIGKILL and starts it again; returns its name when the system is whole
   * again.
   */
  String killOne(RandomGenerator random) throws InterruptedException;

  @Override
  void close();
}
