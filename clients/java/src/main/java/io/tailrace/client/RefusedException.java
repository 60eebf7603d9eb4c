package io.tailrace.client;

import java.io.Serial;
import java.io.Serializable;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The server refused a request; {@code code} is one of the protocol's stable codes. */
public final class RefusedException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final Problem problem;

  /**
   * What the server's problem document said.
   *
   * @param status HTTP status; 0 where this client itself refuses
   * @param code the stable code
   * @param detail what was wrong and what to do
   * @param pointer JSON Pointer to what is at fault in the body that was sent, where it said so
   * @param retryAfterMs when to try again, where it said so
   * @param epoch the epoch that the server stands at, where it said so
   * @param traceId the request's trace, where it said so
   */
  public record Problem(
      int status,
      String code,
      String detail,
      @Nullable String pointer,
      @Nullable Long retryAfterMs,
      @Nullable Integer epoch,
      @Nullable String traceId)
      implements Serializable {
    /** Without anything but what every refusal has. */
    public static Problem of(int status, String code, String detail) {
      return new Problem(status, code, detail, null, null, null, null);
    }
  }

  /** A refusal. */
  public RefusedException(Problem problem) {
    super(problem.code() + ": " + problem.detail());
    this.problem = Objects.requireNonNull(problem);
  }

  /** All that the server said. */
  public Problem problem() {
    return problem;
  }

  /** The HTTP status. */
  public int status() {
    return problem.status();
  }

  /** The stable code. */
  public String code() {
    return problem.code();
  }

  /** JSON Pointer to what is at fault, where the server said so. */
  public @Nullable String pointer() {
    return problem.pointer();
  }

  /** When to try again, where the server said so. */
  public @Nullable Long retryAfterMs() {
    return problem.retryAfterMs();
  }

  /** The epoch that the server stands at, where it said so. */
  public @Nullable Integer epoch() {
    return problem.epoch();
  }
}
