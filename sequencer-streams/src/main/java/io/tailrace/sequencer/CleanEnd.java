package io.tailrace.sequencer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A mark in the state folder that the last process there closed its stores.
 *
 * <p>What a killed process leaves is of no use with exactly-once processing: Streams finds that out
 * store by store, in the middle of taking the partitions back, while nobody numbers them. Whoever
 * finds no mark throws the stores away before anything is taken. A mark that is wrong costs time
 * alone: Streams looks for itself.
 */
final class CleanEnd {
  private static final Logger LOG = LoggerFactory.getLogger(CleanEnd.class);
  private static final String FILE = "closed";

  private final Path file;

  CleanEnd(Path stateDir) {
    this.file = stateDir.resolve(FILE);
  }

  /**
   * Takes the mark away; returns whether there was one.
   *
   * @throws UncheckedIOException where the folder cannot be written
   */
  boolean take() {
    try {
      return Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException("the state folder " + file.getParent() + " cannot be used", e);
    }
  }

  /** Leaves the mark; where that fails, the next start reads the state back from Kafka. */
  void leave() {
    try {
      Files.writeString(file, "");
    } catch (IOException e) {
      LOG.atWarn().setCause(e).log("the state folder cannot be marked as closed");
    }
  }
}
