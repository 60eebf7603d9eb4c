package io.tailrace.client.wire;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The server sent what the protocol does not know. */
public final class UnreadableException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  UnreadableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
