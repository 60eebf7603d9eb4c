package io.tailrace.client;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The server refused a request; {@code code} is one of the protocol's stable codes. */
public final class RefusedException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;
  private final @Nullable Long retryAfterMs;
  private final @Nullable Integer epoch;

  /** A refusal as the server's problem document said it. */
  public RefusedException(
      int status,
      String code,
      String detail,
      @Nullable Long retryAfterMs,
      @Nullable Integer epoch) {
    super(code + ": " + detail);
    this.status = status;
    this.code = code;
    this.retryAfterMs = retryAfterMs;
    this.epoch = epoch;
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** The stable code. */
  public String code() {
    return code;
  }

  /** When to try again, where the server said so. */
  public @Nullable Long retryAfterMs() {
    return retryAfterMs;
  }

  /** The epoch that the server stands at, where it said so. */
  public @Nullable Integer epoch() {
    return epoch;
  }
}
