package io.tailrace.load.trace;

import java.nio.file.Path;

/** A trace that cannot be used; the message names file, line and reason. */
public final class TraceException extends Exception {
  private static final long serialVersionUID = 1L;

  TraceException(Path file, long line, String reason) {
    super(file + ":" + line + ": " + reason);
  }
}
