package io.tailrace.client;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** No answer came: the server is not there, or the connection broke. */
public final class UnreachableException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** With what the network said. */
  public UnreachableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
