package io.tailrace.embed;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A server could not be started or stopped; the message says what to do about it. */
public final class EmbedException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  EmbedException(String message) {
    super(message);
  }

  EmbedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
