package io.tailrace.write.limit;

import io.tailrace.schemas.contract.Contract;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.token.Identity;
import io.tailrace.write.measure.WriteMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The limits {@code publishPerSecond} and {@code publishPerSecondTenant} of every contract.
 * Thread-safe.
 *
 * <p>Counted are events that are asked for, whatever becomes of them afterwards, also those of a
 * request that turns out to be a repetition. Every process counts for itself.
 */
public final class PublishLimits {
  /** Requests per second of one tenant's administrators. */
  static final int ADMIN_PER_SECOND = 50;

  /** Stands where a kind's name does, and can be none. */
  private static final String ADMIN = "admin.requests";

  private record Place(String tenant, String kind) {}

  private final Contracts contracts;
  private final LongSupplier nanoTime;
  private final int usersMax;
  private final WriteMetrics metrics;
  private final ConcurrentMap<Place, Buckets> buckets = new ConcurrentHashMap<>();

  /**
   * By these contracts.
   *
   * @param usersMax users of a tenant and kind that are told apart at the same time
   */
  public PublishLimits(
      Contracts contracts, LongSupplier nanoTime, int usersMax, WriteMetrics metrics) {
    this.contracts = contracts;
    this.nanoTime = nanoTime;
    this.usersMax = usersMax;
    this.metrics = metrics;
    metrics.gauge("tailrace.write.limit.users", "users who wrote within a second", this::users);
  }

  /**
   * Takes so many events of each kind, all or none. Who writes for many users (the roles {@code
   * publisher} and {@code admin}) counts against the tenant alone.
   */
  public Taken take(Identity identity, Map<String, Integer> eventsByKind) {
    boolean isServer =
        identity.roles().contains(Identity.PUBLISHER) || identity.roles().contains(Identity.ADMIN);
    return take(identity.tenant(), isServer ? null : identity.user(), eventsByKind);
  }

  /** Takes what a tenant's own work needs, all or none. */
  public Taken takeOfTenant(String tenant, Map<String, Integer> eventsByKind) {
    return take(tenant, null, eventsByKind);
  }

  /** Takes one request of a tenant's administrators. */
  public Taken takeOfAdmin(String tenant) {
    return buckets
        .computeIfAbsent(
            new Place(tenant, ADMIN),
            _ -> new Buckets(ADMIN, ADMIN_PER_SECOND, ADMIN_PER_SECOND, 1, nanoTime))
        .ofTenant(1);
  }

  private Taken take(String tenant, @Nullable String user, Map<String, Integer> eventsByKind) {
    List<Runnable> undo = new ArrayList<>(eventsByKind.size());
    Quota tightest = null;
    for (Map.Entry<String, Integer> wish : new TreeMap<>(eventsByKind).entrySet()) {
      Contract contract = contracts.of(wish.getKey());
      if (contract == null) {
        continue; // refused elsewhere, with its name
      }
      Buckets of = buckets.computeIfAbsent(new Place(tenant, wish.getKey()), _ -> of(contract));
      int events = wish.getValue();
      Taken taken = user == null ? of.ofTenant(events) : of.ofUser(user, events);
      if (taken instanceof Taken.Limited limited) {
        undo.forEach(Runnable::run);
        metrics.limited(limited.quota().policy().endsWith("-user") ? "user" : "tenant");
        return limited;
      }
      undo.add(() -> back(of, user, events));
      Quota quota = taken.quota();
      if (quota != null && (tightest == null || quota.remaining() < tightest.remaining())) {
        tightest = quota;
      }
    }
    return new Taken.Granted(tightest);
  }

  private static void back(Buckets of, @Nullable String user, int events) {
    if (user == null) {
      of.backToTenant(events);
    } else {
      of.backToBoth(user, events);
    }
  }

  private Buckets of(Contract contract) {
    return new Buckets(
        contract.kind(),
        contract.limits().publishPerSecond(),
        contract.limits().publishPerSecondTenant(),
        usersMax,
        nanoTime);
  }

  /** Buckets of users, of all tenants and kinds. */
  int users() {
    return buckets.values().stream().mapToInt(Buckets::size).sum();
  }
}
