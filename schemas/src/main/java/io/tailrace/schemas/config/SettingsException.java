package io.tailrace.schemas.config;

/**
 * A setting that is unknown, missing or wrong; the message names it and says what would be right.
 */
public final class SettingsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With the reason. */
  public SettingsException(String reason) {
    super(reason);
  }
}
