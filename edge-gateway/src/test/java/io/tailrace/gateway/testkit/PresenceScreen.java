package io.tailrace.gateway.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Who is in one channel, as a socket was told; frame by frame it fits what was told before. */
public final class PresenceScreen {
  private final RawSocket socket;
  private final String channel;
  private final Map<String, JsonNode> members = new TreeMap<>();
  private final List<String> left = new ArrayList<>();
  private boolean whole;

  /** Nothing has been told. */
  public PresenceScreen(RawSocket socket, String channel) {
    this.socket = socket;
    this.channel = channel;
  }

  /** Reads frames until the list is as expected. */
  public void await(Predicate<Map<String, JsonNode>> expected) {
    while (!whole || !expected.test(members)) {
      take(socket.json("presence"));
    }
  }

  /** Reads frames until exactly these are here: {@code user mode}, in order of the users. */
  public void awaitHere(String... told) {
    await(_ -> here().equals(List.of(told)));
  }

  /** Who is here, in which mode. */
  public List<String> here() {
    List<String> here = new ArrayList<>();
    members.forEach((user, member) -> here.add(user + ' ' + member.path("mode").asText()));
    return here;
  }

  /** One who is here. */
  public JsonNode member(String user) {
    JsonNode member = members.get(user);
    if (member == null) {
      throw new AssertionError(user + " is not among " + members.keySet());
    }
    return member;
  }

  /** All who ever left, in order. */
  public List<String> left() {
    return left;
  }

  private void take(JsonNode frame) {
    if (!frame.path("channel").asText().equals(channel)) {
      return;
    }
    boolean full = frame.path("full").asBoolean();
    if (!full && !whole) {
      throw new AssertionError("a change before the whole state: " + frame);
    }
    whole = true;
    if (full) {
      members.clear();
    }
    for (JsonNode member : frame.path("left")) {
      left.add(member.path("user").asText());
      require(members.remove(member.path("user").asText()) != null, frame);
      require(member.path("mode").asText().equals("gone"), frame);
    }
    for (JsonNode member : frame.path("joined")) {
      require(members.put(member.path("user").asText(), member) == null, frame);
    }
    for (JsonNode member : frame.path("updated")) {
      require(members.put(member.path("user").asText(), member) != null, frame);
    }
    require(
        frame.path("sampled").asBoolean() || frame.path("count").asInt() == members.size(), frame);
  }

  private static void require(boolean fits, JsonNode frame) {
    if (!fits) {
      throw new AssertionError("does not fit what was told before: " + frame);
    }
  }
}
