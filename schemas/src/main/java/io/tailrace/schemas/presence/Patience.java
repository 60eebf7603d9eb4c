package io.tailrace.schemas.presence;

/**
 * Whether silence may be judged. A process that stood still has heard nothing because it did not
 * listen: it hears what waits first. Owned by one thread.
 */
public final class Patience {
  /** So long between two looks is no work. */
  private static final long STOOD_STILL_MS = 3000;

  private static final long LISTEN_MS = 3000;

  private boolean looked;
  private long lookedMs;
  private long notBeforeMs = Long.MIN_VALUE;

  /** Whether it may be judged now; to be asked often, with a clock that only goes forward. */
  public boolean mayJudge(long nowMs) {
    if (looked && nowMs - lookedMs > STOOD_STILL_MS) {
      notBeforeMs = nowMs + LISTEN_MS;
    }
    looked = true;
    lookedMs = nowMs;
    return nowMs >= notBeforeMs;
  }
}
