package io.tailrace.load.scenario;

/** Told how far a run has come. */
@FunctionalInterface
public interface Progress {
  /** Nobody listens. */
  Progress SILENT = (_, _, _) -> {};

  /**
   * @param done of {@code all} steps, seconds or events, as the scenario says
   * @param words what is going on
   */
  void at(long done, long all, String words);
}
