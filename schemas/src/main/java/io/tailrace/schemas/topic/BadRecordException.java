package io.tailrace.schemas.topic;

/** A Kafka record that is not what its topic holds; the message says why and holds no payload. */
public final class BadRecordException extends Exception {
  private static final long serialVersionUID = 1L;

  /** With the reason, as it will stand in the dead letter. */
  public BadRecordException(String reason) {
    super(reason);
  }

  /** With the reason and what brought it to light. */
  public BadRecordException(String reason, Throwable cause) {
    super(reason, cause);
  }
}
