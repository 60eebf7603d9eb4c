package io.tailrace.write.admit;

import io.tailrace.write.measure.WriteMetrics;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Bounds the requests under way and the memory that their bodies take. Thread-safe. */
public final class Admission {
  private final int requestsMax;
  private final long bytesMax;
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();

  /** With both bounds. */
  public Admission(int requestsMax, long bytesMax, WriteMetrics metrics) {
    this.requestsMax = requestsMax;
    this.bytesMax = bytesMax;
    metrics.gauge("tailrace.write.under.way.requests", "requests under way", requests::get);
    metrics.gauge("tailrace.write.under.way.bytes", "their bodies, as announced", bytes::get);
  }

  /** Takes a place for a body of so many bytes; whoever got one gives it back, once. */
  public boolean enter(long bodyBytes) {
    if (requests.incrementAndGet() > requestsMax) {
      requests.decrementAndGet();
      return false;
    }
    if (bytes.addAndGet(bodyBytes) > bytesMax) {
      leave(bodyBytes);
      return false;
    }
    return true;
  }

  /** Gives a place back. */
  public void leave(long bodyBytes) {
    bytes.addAndGet(-bodyBytes);
    requests.decrementAndGet();
  }

  /** Requests under way. */
  public int requests() {
    return requests.get();
  }
}
