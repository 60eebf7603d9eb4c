package io.tailrace.write.broadcast;

/** What became of a job that somebody asked for. */
public sealed interface Acceptance {
  /**
   * It will be carried out, or has been.
   *
   * @param replayed whether the same request came before
   */
  record Accepted(Job job, boolean replayed) implements Acceptance {}

  /** The id or the key stands for another job. Nothing was written. */
  record KeyReused() implements Acceptance {}

  /** The tenant has too many open jobs. Nothing was written. */
  record TooMany() implements Acceptance {}
}
