package io.tailrace.load.driver;

/** An answer that protocol.md does not know: itself a counterexample, whatever the lists say. */
public final class ProtocolViolation extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ProtocolViolation(String message) {
    super(message);
  }
}
