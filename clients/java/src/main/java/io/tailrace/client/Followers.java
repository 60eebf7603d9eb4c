package io.tailrace.client;

import io.tailrace.client.channel.ChannelInput;
import io.tailrace.client.lane.Receipts;
import io.tailrace.client.wire.ServerMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The followed channels by name. Owned by the loop thread; listeners may add and remove channels
 * while it works.
 */
final class Followers {
  private final Map<String, Follower> byChannel = new HashMap<>();
  private boolean shedding;

  void add(Follower follower) {
    byChannel.put(follower.channel(), follower);
    follower.shedding(shedding);
  }

  @Nullable Follower get(String channel) {
    return byChannel.get(channel);
  }

  @Nullable Follower remove(String channel) {
    return byChannel.remove(channel);
  }

  /** What was subscribed over this link is so no more, and wants to be again. */
  void disconnected(long link) {
    for (Follower follower : all()) {
      follower.take(new ChannelInput.Disconnected(link));
      follower.askNow();
    }
  }

  /** There is a link to ask over. */
  void askAll() {
    all().forEach(Follower::askNow);
  }

  void shedding(boolean less) {
    shedding = less;
    all().forEach(follower -> follower.shedding(less));
  }

  List<Follower> asking(long target) {
    return all().stream().filter(follower -> follower.wantsAsk(target)).toList();
  }

  boolean anyDependsOn(long link) {
    return byChannel.values().stream().anyMatch(follower -> follower.dependsOn(link));
  }

  void give(String channel, ChannelInput input) {
    with(channel, follower -> follower.take(input));
  }

  /** Does something with a channel that is followed. */
  void with(@Nullable String channel, Consumer<Follower> then) {
    Follower follower = channel == null ? null : byChannel.get(channel);
    if (follower != null) {
      then.accept(follower);
    }
  }

  /** Receipt frames of any channel may have been shed. */
  void missedReceipts() {
    all().forEach(follower -> follower.beside().missed());
  }

  /** What is due beside events; returns when to look again. */
  long look(long nowMs) {
    long next = Receipts.NEVER;
    for (Follower follower : all()) {
      next = Math.min(next, follower.beside().look(nowMs));
    }
    return next;
  }

  void unanswered(long ref) {
    all().forEach(follower -> follower.take(new ChannelInput.Unanswered(ref)));
  }

  /** A refusal without a channel is for everybody that waits for that answer. */
  void refused(ServerMessage.Refused message) {
    Long ref = message.ref();
    if (ref == null) {
      // Without a channel, the close that follows says it.
      with(message.channel(), f -> f.beside().refused(message.code(), message.retryAfterMs()));
      return;
    }
    ChannelInput input =
        new ChannelInput.Refused(ref, message.code(), message.detail(), message.retryAfterMs());
    if (message.channel() != null) {
      give(message.channel(), input);
    } else {
      all().forEach(follower -> follower.take(input));
    }
  }

  List<Follower> all() {
    return new ArrayList<>(byChannel.values());
  }
}
