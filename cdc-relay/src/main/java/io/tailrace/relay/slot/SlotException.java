package io.tailrace.relay.slot;

/** The relay must not run on this slot; the message says why and what to do. */
public final class SlotException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With what to do. */
  public SlotException(String message) {
    super(message);
  }

  /** With what to do, and the cause. */
  public SlotException(String message, Throwable cause) {
    super(message, cause);
  }
}
