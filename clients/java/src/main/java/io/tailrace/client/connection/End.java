package io.tailrace.client.connection;

/**
 * Why a link ended.
 *
 * @param code WebSocket close code, or HTTP status of a refusal, or 0 where there is neither
 * @param reason for people
 * @param retryAfterMs as the server said, or 0
 */
public record End(How how, int code, String reason, long retryAfterMs) {
  /** What kind of end. */
  public enum How {
    /** Nothing answered at the address. */
    UNREACHED,
    /** The network, or we, broke it off. */
    BROKEN,
    /** The server, or what stands before it, said a code. */
    TOLD,
    /** It is to be opened anew at once, for other channels. */
    REOPENED
  }

  /** Nothing answered. */
  public static End unreached(String reason) {
    return new End(How.UNREACHED, 0, reason, 0);
  }

  /** Broken off. */
  public static End broken(String reason) {
    return new End(How.BROKEN, 0, reason, 0);
  }

  /** Told. */
  public static End told(int code, String reason, long retryAfterMs) {
    return new End(How.TOLD, code, reason, retryAfterMs);
  }

  /** To be opened anew. */
  public static End reopened(String reason) {
    return new End(How.REOPENED, 0, reason, 0);
  }

  /** Whether it speaks against this way of connecting: a Tailrace would not have said that. */
  boolean looksBlocked() {
    return switch (how) {
      case UNREACHED, REOPENED -> false;
      case BROKEN -> true;
      case TOLD ->
          switch (code) {
            // What a Tailrace says of tokens, versions, rates, overload, and when it leaves.
            case 401, 426, 429, 500, 503, 1001, 1011, 1012, 1013 -> false;
            default -> code < 4000;
          };
    };
  }

  /** Whether the token was not taken. */
  boolean tokenRefused() {
    return code == 401 || code == 4401;
  }

  /** Whether this client is not wanted, which a pause does not mend. */
  boolean clientRefused() {
    return code == 4426 || code == 4413 || code == 426 || code == 403;
  }
}
