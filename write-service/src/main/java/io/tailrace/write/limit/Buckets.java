package io.tailrace.write.limit;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The buckets of one tenant in one kind: its own, and those of its users.
 *
 * <p>A bucket holds a second's worth and fills evenly. A wish for more than a second's worth is
 * granted by a full bucket and leaves it in debt, so that a large transaction passes under a small
 * limit, though not often.
 */
final class Buckets {
  /** Key of the bucket that users share for whom there is no room; no user's name is empty. */
  private static final String OTHERS = "";

  private static final long SWEEP_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final String kind;
  private final long perUser;
  private final long perTenant;
  private final int usersMax;
  private final TimeMeter time;
  private final Bucket tenant;
  private final ConcurrentMap<String, Bucket> users = new ConcurrentHashMap<>();
  private final AtomicLong sweptAt;

  Buckets(String kind, long perUser, long perTenant, int usersMax, LongSupplier nanoTime) {
    this.kind = kind;
    this.perUser = perUser;
    this.perTenant = perTenant;
    this.usersMax = usersMax;
    this.time = new Nanos(nanoTime);
    this.tenant = bucket(perTenant);
    this.sweptAt = new AtomicLong(nanoTime.getAsLong());
  }

  private record Nanos(LongSupplier clock) implements TimeMeter {
    @Override
    public long currentTimeNanos() {
      return clock.getAsLong();
    }

    @Override
    public boolean isWallClockBased() {
      return false;
    }
  }

  /** Takes from the tenant's bucket alone. */
  Taken ofTenant(int events) {
    return take(tenant, perTenant, events, kind + "-tenant");
  }

  /** Takes from both buckets, or from none. */
  Taken ofUser(String user, int events) {
    if (tenant.getAvailableTokens() < Math.min(events, perTenant)) {
      // Before the user gets a bucket: the tenant's rate bounds how many of them there can be.
      return ofTenant(events);
    }
    Taken[] taken = new Taken[1];
    users.compute(
        room(user),
        (_, old) -> {
          Bucket bucket = old == null ? bucket(perUser) : old;
          taken[0] = take(bucket, perUser, events, kind + "-user");
          return bucket;
        });
    if (taken[0] instanceof Taken.Limited) {
      return taken[0];
    }
    Taken whole = ofTenant(events);
    if (whole instanceof Taken.Limited) {
      back(user, events);
      return whole;
    }
    return taken[0];
  }

  /** Undoes {@link #ofTenant}. */
  void backToTenant(int events) {
    tenant.addTokens(events);
  }

  /** Undoes {@link #ofUser}. */
  void backToBoth(String user, int events) {
    back(user, events);
    backToTenant(events);
  }

  int size() {
    return users.size();
  }

  private void back(String user, int events) {
    Bucket bucket = users.get(user);
    if (bucket == null) {
      bucket = users.get(OTHERS);
    }
    if (bucket != null) {
      bucket.addTokens(events);
    }
  }

  private String room(String user) {
    sweep();
    return users.size() < usersMax || users.containsKey(user) ? user : OTHERS;
  }

  /** Once a second whoever comes forgets the buckets that are full again. */
  private void sweep() {
    long now = time.currentTimeNanos();
    long last = sweptAt.get();
    if (now - last < SWEEP_NANOS || !sweptAt.compareAndSet(last, now)) {
      return;
    }
    for (String user : users.keySet()) {
      users.computeIfPresent(
          user, (_, bucket) -> bucket.getAvailableTokens() >= perUser ? null : bucket);
    }
  }

  private Taken take(Bucket bucket, long perSecond, int events, String policy) {
    long atOnce = Math.min(events, perSecond);
    ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(atOnce);
    if (probe.isConsumed() && events > atOnce) {
      bucket.consumeIgnoringRateLimits(events - atOnce);
    }
    long left = Math.max(0, bucket.getAvailableTokens());
    long missing = Math.max(0, perSecond - bucket.getAvailableTokens());
    Quota quota = new Quota(policy, perSecond, left, Math.max(1, Math.ceilDiv(missing, perSecond)));
    return probe.isConsumed()
        ? new Taken.Granted(quota)
        : new Taken.Limited(
            quota, Math.max(1, Math.ceilDiv(probe.getNanosToWaitForRefill(), 1_000_000L)));
  }

  private Bucket bucket(long perSecond) {
    return Bucket.builder()
        .addLimit(limit -> limit.capacity(perSecond).refillGreedy(perSecond, Duration.ofSeconds(1)))
        .withCustomTimePrecision(time)
        .build();
  }
}
