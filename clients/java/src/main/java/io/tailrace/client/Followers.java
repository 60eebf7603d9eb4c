package io.tailrace.client;

import io.tailrace.client.channel.ChannelInput;
import io.tailrace.client.wire.ServerMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The followed channels by name. Owned by the loop thread; listeners may add and remove channels
 * while it works.
 */
final class Followers {
  private final Map<String, Follower> byChannel = new HashMap<>();

  void add(Follower follower) {
    byChannel.put(follower.channel(), follower);
  }

  @Nullable Follower remove(String channel) {
    return byChannel.remove(channel);
  }

  /** Nobody is subscribed any more, and everybody wants to be. */
  void disconnected() {
    for (Follower follower : all()) {
      follower.take(new ChannelInput.Disconnected());
      follower.askNow();
    }
  }

  List<Follower> asking() {
    return all().stream().filter(Follower::wantsAsk).toList();
  }

  boolean anyWaitsFor(long ref) {
    return byChannel.values().stream().anyMatch(f -> f.waitsFor(ref));
  }

  void give(String channel, ChannelInput input) {
    Follower follower = byChannel.get(channel);
    if (follower != null) {
      follower.take(input);
    }
  }

  /** A refusal without a channel is for everybody that waits for that answer. */
  void refused(ServerMessage.Refused message) {
    Long ref = message.ref();
    if (ref == null) {
      return; // the close that follows says it
    }
    ChannelInput input =
        new ChannelInput.Refused(ref, message.code(), message.detail(), message.retryAfterMs());
    if (message.channel() != null) {
      give(message.channel(), input);
    } else {
      all().stream().filter(f -> f.waitsFor(ref)).forEach(f -> f.take(input));
    }
  }

  private List<Follower> all() {
    return new ArrayList<>(byChannel.values());
  }
}
