package io.tailrace.gateway.ephemeral;

import io.tailrace.schemas.contract.Contract;
import io.tailrace.schemas.frame.JsonText;
import io.tailrace.schemas.presence.Member;
import io.tailrace.schemas.presence.RoomState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes what subscribers are told of presence. */
final class PresenceFrames {
  private PresenceFrames() {}

  /** The whole state: all members, or numbers and a few of them. */
  static byte[] whole(String channel, RoomState state, Contract.Presence rules) {
    JsonText out = start(channel, state);
    out.ascii(",\"full\":true,\"heartbeatMs\":").number(rules.heartbeatMs());
    out.ascii(",\"ttlMs\":").number(rules.ttlMs());
    if (state.sampled()) {
      out.ascii(",\"sampled\":true");
    }
    state.crowd().writeTo(out.ascii(",\"modes\":"));
    return lists(out, state.members().values(), List.of(), List.of());
  }

  /** What has changed of a list; null where nothing worth telling has. */
  static byte @Nullable [] change(String channel, RoomState before, RoomState now) {
    List<Member> joined = new ArrayList<>();
    List<Member> updated = new ArrayList<>();
    List<Member> left = new ArrayList<>();
    for (Map.Entry<String, Member> here : now.members().entrySet()) {
      Member was = before.members().get(here.getKey());
      if (was == null) {
        joined.add(here.getValue());
      } else if (!here.getValue().tellsTheSame(was)) {
        updated.add(here.getValue());
      }
    }
    for (Map.Entry<String, Member> was : before.members().entrySet()) {
      if (!now.members().containsKey(was.getKey())) {
        left.add(was.getValue().gone());
      }
    }
    return joined.isEmpty() && updated.isEmpty() && left.isEmpty()
        ? null
        : lists(start(channel, now), joined, updated, left);
  }

  /** Whether numbers and sample are worth telling anew. */
  static boolean isOther(RoomState before, RoomState now) {
    if (before.sampled() != now.sampled()
        || !before.crowd().equals(now.crowd())
        || !before.members().keySet().equals(now.members().keySet())) {
      return true;
    }
    return now.members().values().stream()
        .anyMatch(member -> {
          Member was = before.members().get(member.user());
          return was == null || !member.tellsTheSame(was);
        });
  }

  private static JsonText start(String channel, RoomState state) {
    JsonText out = new JsonText(256 + 160 * state.members().size());
    out.ascii("{\"t\":\"presence\",\"channel\":");
    out.string(channel.substring(channel.indexOf('/') + 1));
    return out.ascii(",\"count\":").number(state.count());
  }

  private static byte[] lists(
      JsonText out, Iterable<Member> joined, Iterable<Member> updated, Iterable<Member> left) {
    Member.writeAll(out.ascii(",\"joined\":"), joined);
    Member.writeAll(out.ascii(",\"updated\":"), updated);
    Member.writeAll(out.ascii(",\"left\":"), left);
    return out.put('}').toByteArray();
  }
}
