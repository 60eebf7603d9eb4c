package io.tailrace.schemas.problem;

/**
 * Every refusal that a client can meet. Codes are public and never change their meaning.
 *
 * <p>{@code status} is the HTTP status, {@code closeCode} the WebSocket close code where the
 * refusal ends the socket (0: it stays open), {@code retry} what a client does next.
 */
public enum ProblemCode {
  /** The request or frame is not what the protocol says. */
  BAD_REQUEST("bad_request", 400, 0, Retry.NEVER),
  /** A frame that cannot be read at all. */
  BAD_FRAME("bad_frame", 400, 4400, Retry.NEVER),
  /** No token. */
  TOKEN_MISSING("token_missing", 401, 4401, Retry.NEW_TOKEN),
  /** A token that is not valid. */
  TOKEN_INVALID("token_invalid", 401, 4401, Retry.NEW_TOKEN),
  /** A token that was valid. */
  TOKEN_EXPIRED("token_expired", 401, 4401, Retry.NEW_TOKEN),
  /** The caller may not do this; said alike for what does not exist. */
  FORBIDDEN("forbidden", 403, 0, Retry.NEVER),
  /** The Origin header is not on the list. */
  ORIGIN_REFUSED("origin_refused", 403, 0, Retry.NEVER),
  /** No such address. */
  NOT_FOUND("not_found", 404, 0, Retry.NEVER),
  /** No such method at this address. */
  METHOD_NOT_ALLOWED("method_not_allowed", 405, 0, Retry.NEVER),
  /** No hello, or no heartbeat, in time. */
  SILENT("silent", 408, 4408, Retry.BACKOFF),
  /** A later request for the same channel replaced this one. */
  SUPERSEDED("superseded", 409, 0, Retry.NEVER),
  /** The entity is at another revision. */
  REVISION_CONFLICT("revision_conflict", 409, 0, Retry.NEVER),
  /** Too slow even for {@code behind}. */
  TOO_SLOW("too_slow", 409, 4409, Retry.BACKOFF),
  /** The epoch that was asked for has passed: drop the cache and load again. */
  EPOCH_CHANGED("epoch_changed", 410, 0, Retry.RELOAD),
  /** Older than the kept history: read the snapshot. */
  HISTORY_GONE("history_gone", 410, 0, Retry.RELOAD),
  /** Body or frame too large. */
  TOO_LARGE("too_large", 413, 4413, Retry.NEVER),
  /** The body is not of the media type that the address takes. */
  MEDIA_TYPE("media_type", 415, 0, Retry.NEVER),
  /** Not a valid event of the kind. */
  INVALID_EVENT("invalid_event", 422, 0, Retry.NEVER),
  /** The idempotency key stands for another body. */
  KEY_REUSED("idempotency_key_reused", 422, 0, Retry.NEVER),
  /** The protocol has it, this kind or version has not. */
  NOT_AVAILABLE("not_available", 422, 0, Retry.NEVER),
  /** The protocol version is not spoken here. */
  VERSION("version", 426, 4426, Retry.NEVER),
  /** Too many requests or frames. */
  RATE_LIMITED("rate_limited", 429, 4429, Retry.AFTER),
  /** A fault of the server. */
  INTERNAL("internal", 500, 1011, Retry.BACKOFF),
  /** Not caught up, not yet started, or moving: ask again. */
  NOT_READY("not_ready", 503, 0, Retry.AFTER),
  /** More work than the bound. */
  OVERLOADED("overloaded", 503, 1013, Retry.AFTER),
  /** The seq that was waited for did not come in time. */
  WAIT_TIMEOUT("wait_timeout", 504, 0, Retry.AFTER);

  /** What a client does after a refusal. */
  public enum Retry {
    /** The same request will be refused again. */
    NEVER,
    /** With a fresh token. */
    NEW_TOKEN,
    /** After the time that the answer names. */
    AFTER,
    /** With growing, jittered pauses. */
    BACKOFF,
    /** After dropping what is cached. */
    RELOAD
  }

  private final String code;
  private final int status;
  private final int closeCode;
  private final Retry retry;

  ProblemCode(String code, int status, int closeCode, Retry retry) {
    this.code = code;
    this.status = status;
    this.closeCode = closeCode;
    this.retry = retry;
  }

  /** The public code. */
  public String code() {
    return code;
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** The WebSocket close code, or 0 where the socket stays open. */
  public int closeCode() {
    return closeCode;
  }

  /** What a client does next. */
  public Retry retry() {
    return retry;
  }
}
