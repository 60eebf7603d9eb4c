package io.tailrace.standalone.cli;

/** A command that failed; the message is one line for people, and the exit code is 1. */
public final class CommandException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With what failed and what to do. */
  public CommandException(String message) {
    super(message);
  }

  /** With what failed, what to do, and why. */
  public CommandException(String message, Throwable cause) {
    super(message, cause);
  }
}
