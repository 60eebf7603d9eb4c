package io.tailrace.write.ack;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for which event, and the events that came last.
 *
 * <p>A writer may ask after its event has come: between the commit and the question the log is
 * sometimes faster. So the last events are remembered, and asking registers first and looks then,
 * while an arrival is remembered first and wakes then; one of the two always sees the other. {@link
 * #arrived} is called by one thread, all else by any.
 */
final class Acks {
  private final int rememberedMax;
  private final ConcurrentMap<String, List<CompletableFuture<Sequenced>>> waiting =
      new ConcurrentHashMap<>();
  private final ConcurrentMap<String, Sequenced> remembered = new ConcurrentHashMap<>();
  private final ArrayDeque<String> order = new ArrayDeque<>();

  Acks(int rememberedMax) {
    this.rememberedMax = rememberedMax;
  }

  /** The event's place, now or later. Whoever stops waiting says so by {@link #forget}. */
  CompletableFuture<Sequenced> await(String channel, String id) {
    String event = event(channel, id);
    CompletableFuture<Sequenced> waiter = new CompletableFuture<>();
    waiting.compute(event, (_, others) -> with(others, waiter));
    Sequenced known = remembered.get(event);
    if (known != null) {
      waiter.complete(known);
      forget(channel, id, waiter);
    }
    return waiter;
  }

  /** Nobody waits by this future any more. */
  void forget(String channel, String id, CompletableFuture<Sequenced> waiter) {
    waiting.computeIfPresent(event(channel, id), (_, all) -> without(all, waiter));
  }

  /** An event has its place. */
  void arrived(Sequenced event) {
    String key = event(event.channel(), event.id());
    if (remembered.put(key, event) == null) {
      order.addLast(key);
      if (order.size() > rememberedMax) {
        remembered.remove(order.removeFirst());
      }
    }
    List<CompletableFuture<Sequenced>> waiters = waiting.remove(key);
    if (waiters != null) {
      for (CompletableFuture<Sequenced> waiter : waiters) {
        waiter.complete(event);
      }
    }
  }

  /**
   * Ids are their senders' own: another channel, of another tenant, may have an event of the same.
   */
  private static String event(String channel, String id) {
    return channel + ' ' + id;
  }

  /** Events that somebody waits for. */
  int waiting() {
    return waiting.size();
  }

  private static List<CompletableFuture<Sequenced>> with(
      @Nullable List<CompletableFuture<Sequenced>> others, CompletableFuture<Sequenced> waiter) {
    if (others == null) {
      return List.of(waiter);
    }
    List<CompletableFuture<Sequenced>> all = new ArrayList<>(others);
    all.add(waiter);
    return all;
  }

  @SuppressWarnings("ReferenceEquality") // a future equals itself and no other
  private static @Nullable List<CompletableFuture<Sequenced>> without(
      List<CompletableFuture<Sequenced>> all, CompletableFuture<Sequenced> waiter) {
    List<CompletableFuture<Sequenced>> rest = new ArrayList<>(all);
    rest.removeIf(other -> other == waiter);
    return rest.isEmpty() ? null : rest;
  }
}
