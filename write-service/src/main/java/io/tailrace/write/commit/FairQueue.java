package io.tailrace.write.commit;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What waits for one lane: a queue for each tenant, and the lane takes from them in turn, so that a
 * tenant waits for its own units and not for another's. Thread-safe.
 *
 * <p>The turn is by start-time fair queueing (Goyal, Vin and Cheng 1996): a unit costs its rows and
 * a further one for each {@value #BYTES_PER_COST} bytes, and the tenant whose next unit would begin
 * first in a system that served all of them at the same time is next. So a tenant of large
 * transactions gets no more of the lane than one of single events. Units of one tenant, and so of
 * one channel, keep their order.
 *
 * <p>A tenant may have as many units here as there is room left (dynamic threshold, as in {@code
 * io.tailrace.write.admit.Admission}): one that floods leaves half of the room to others.
 */
final class FairQueue {
  static final int BYTES_PER_COST = 8_192;

  private final int unitsMax;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition filled = lock.newCondition();
  // Never emptied of names: tenants are few, and a name keeps what its tenant has had.
  private final Map<String, Tenant> tenants = new HashMap<>();
  private final PriorityQueue<Tenant> turn =
      new PriorityQueue<>(
          Comparator.comparingLong((Tenant t) -> t.start).thenComparingLong(t -> t.since));
  private long virtualTime;
  private long turns;
  private int size;

  private static final class Tenant {
    final ArrayDeque<Pending> units = new ArrayDeque<>();

    /** Virtual time at which its next unit begins. */
    long start;

    /** Breaks ties: who has waited longer. */
    long since;
  }

  FairQueue(int unitsMax) {
    this.unitsMax = unitsMax;
  }

  /** Puts a unit behind its tenant's others; false where the tenant has no room. */
  boolean offer(Pending pending) {
    lock.lock();
    try {
      Tenant tenant =
          tenants.computeIfAbsent(
              pending.unit.rows().getFirst().channel().tenant(), _ -> new Tenant());
      if (tenant.units.size() >= unitsMax - size) {
        return false;
      }
      tenant.units.add(pending);
      size++;
      if (tenant.units.size() == 1) {
        // Who was idle saves nothing up; who was served beyond their share begins later.
        tenant.start = Math.max(tenant.start, virtualTime);
        tenant.since = turns++;
        turn.add(tenant);
      }
      filled.signal();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** The next unit, waited for so long; null where none came. */
  @Nullable Pending poll(long time, TimeUnit unit) throws InterruptedException {
    long left = unit.toNanos(time);
    lock.lockInterruptibly();
    try {
      while (size == 0) {
        if (left <= 0) {
          return null;
        }
        left = filled.awaitNanos(left);
      }
      return take();
    } finally {
      lock.unlock();
    }
  }

  /** The next unit, or null. */
  @Nullable Pending poll() {
    lock.lock();
    try {
      return size == 0 ? null : take();
    } finally {
      lock.unlock();
    }
  }

  boolean isEmpty() {
    return size() == 0;
  }

  int size() {
    lock.lock();
    try {
      return size;
    } finally {
      lock.unlock();
    }
  }

  private Pending take() {
    Tenant tenant = turn.remove();
    Pending next = tenant.units.remove();
    size--;
    virtualTime = tenant.start;
    tenant.start += next.unit.rows().size() + next.unit.bytes() / BYTES_PER_COST;
    if (!tenant.units.isEmpty()) {
      tenant.since = turns++;
      turn.add(tenant);
    }
    return next;
  }
}
