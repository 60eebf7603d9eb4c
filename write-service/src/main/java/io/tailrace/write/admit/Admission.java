package io.tailrace.write.admit;

import io.tailrace.schemas.token.Identity;
import io.tailrace.write.auth.TokenCache;
import io.tailrace.write.measure.WriteMetrics;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the requests under way and the memory that their bodies take, for all together and for
 * each tenant. Thread-safe.
 *
 * <p>A tenant may hold as much as is free at that moment (the dynamic threshold of shared-memory
 * switches, Choudhury and Hahne 1998): one that floods takes half and leaves half, two take a third
 * each, and nobody's share is kept empty for those who are not there. Who calls is known before the
 * body is read from tokens that were verified before; all others share one place, so that no
 * made-up token can take from a tenant.
 */
public final class Admission {
  /** Whom requests are counted for whose token has not been verified yet; no tenant's name. */
  private static final String UNKNOWN = "";

  private final TokenCache tokens;
  private final int requestsMax;
  private final long bytesMax;
  private final Map<String, Held> held = new HashMap<>();
  private int requests;
  private long bytes;

  private static final class Held {
    int requests;
    long bytes;
  }

  /** With both bounds. */
  public Admission(TokenCache tokens, int requestsMax, long bytesMax, WriteMetrics metrics) {
    this.tokens = tokens;
    this.requestsMax = requestsMax;
    this.bytesMax = bytesMax;
    metrics.gauge("tailrace.write.under.way.requests", "requests under way", this::requests);
    metrics.gauge("tailrace.write.under.way.bytes", "their bodies, as announced", this::bytes);
  }

  /** A place that was taken; given back once, however often that is said. */
  public final class Place {
    private final String tenant;
    private final long bodyBytes;
    private final AtomicBoolean left = new AtomicBoolean();

    private Place(String tenant, long bodyBytes) {
      this.tenant = tenant;
      this.bodyBytes = bodyBytes;
    }

    /** Gives it back. */
    public void leave() {
      if (left.compareAndSet(false, true)) {
        giveBack(tenant, bodyBytes);
      }
    }
  }

  /** Takes a place for a body of so many bytes; null where there is none. */
  public @Nullable Place enter(String token, long bodyBytes) {
    Identity known = tokens.known(token);
    return enterFor(known == null ? UNKNOWN : known.tenant(), bodyBytes);
  }

  synchronized @Nullable Place enterFor(String tenant, long bodyBytes) {
    Held of = held.getOrDefault(tenant, new Held());
    boolean fits = of.requests < requestsMax - requests && of.bytes + bodyBytes <= bytesMax - bytes;
    if (!fits) {
      return null;
    }
    held.put(tenant, of);
    of.requests++;
    of.bytes += bodyBytes;
    requests++;
    bytes += bodyBytes;
    return new Place(tenant, bodyBytes);
  }

  private synchronized void giveBack(String tenant, long bodyBytes) {
    requests--;
    bytes -= bodyBytes;
    Held of = held.get(tenant);
    if (of != null && --of.requests == 0) {
      held.remove(tenant);
    } else if (of != null) {
      of.bytes -= bodyBytes;
    }
  }

  /** Requests under way. */
  public synchronized int requests() {
    return requests;
  }

  private synchronized long bytes() {
    return bytes;
  }
}
