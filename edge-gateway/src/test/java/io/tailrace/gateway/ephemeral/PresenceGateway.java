package io.tailrace.gateway.ephemeral;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tailrace.gateway.encode.Wire;
import io.tailrace.gateway.lane.Account;
import io.tailrace.gateway.lane.Lane;
import io.tailrace.gateway.lane.SendQueue;
import io.tailrace.gateway.session.Peer;
import io.tailrace.schemas.contract.Contract;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.event.Times;
import io.tailrace.schemas.frame.ClientFrame;
import io.tailrace.schemas.token.Identity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A gateway of a model world, with one who watches, whose list is checked frame by frame. */
final class PresenceGateway implements HubOut {
  private static final JsonMapper JSON = new JsonMapper();

  final String name;
  final PresenceDesk desk;
  final long startedMs;
  final Map<String, JsonNode> screen = new TreeMap<>();
  long stepMs;
  private final PresenceWorld world;
  private final Contract contract;
  private final Map<String, Peer> peers = new HashMap<>();
  private final Peer watcher;
  private boolean whole;

  PresenceGateway(PresenceWorld world, String name, long beganMs) {
    this.world = world;
    this.name = name;
    this.startedMs = world.nowMs;
    this.contract = contract(world.rules());
    this.watcher = peer("w-" + name);
    this.desk =
        new PresenceDesk(name, PresenceDesk.Rules.USUAL, () -> world.nowMs - startedMs + beganMs);
    enter(watcher, "watcher", null);
  }

  static Contract contract(Contract.Presence rules) {
    Contract chat = Objects.requireNonNull(Contracts.shipped().of("chat"));
    return new Contract(
        chat.kind(),
        chat.ownWrite(),
        chat.visibleToOthers(),
        chat.order(),
        chat.loss(),
        chat.longAbsence(),
        chat.ownLog(),
        chat.rights(),
        chat.members(),
        chat.dataBytesMax(),
        chat.types(),
        chat.limits(),
        chat.retention(),
        chat.snapshotAfter(),
        chat.revisions(),
        chat.lanes(),
        rules,
        chat.signals());
  }

  static Peer peer(String session) {
    return new Peer(
        session,
        Wire.WEB_SOCKET,
        new SendQueue(new SendQueue.Bounds(1000, 1000, 1000), new Account()),
        0);
  }

  static Identity identity(String user, @Nullable String device) {
    return new Identity("demo", user, device, Set.of(), null, Instant.EPOCH);
  }

  boolean isOlderThan(long ms) {
    return world.nowMs - startedMs > ms;
  }

  private long wallMs() {
    return PresenceWorld.WALL_MS + world.nowMs + stepMs;
  }

  void open(String session, String user, @Nullable String device) {
    Peer peer = peer(session);
    peers.put(session, peer);
    enter(peer, user, device);
  }

  private void enter(Peer peer, String user, @Nullable String device) {
    desk.said(
        new HubInput.Entered(
            PresenceWorld.CHANNEL,
            peer,
            identity(user, device),
            contract,
            Set.of(Lane.EVENT, Lane.PRESENCE)),
        wallMs(),
        this);
  }

  void say(String session, String user, @Nullable String device, String mode) {
    Peer peer = Objects.requireNonNull(peers.get(session));
    desk.said(
        new HubInput.Said(
            PresenceWorld.CHANNEL,
            peer,
            identity(user, device),
            new ClientFrame.Presence("chat:a", mode, null)),
        wallMs(),
        this);
  }

  void closed(String session) {
    Peer peer = peers.remove(session);
    if (peer != null) {
      desk.said(new HubInput.Left(PresenceWorld.CHANNEL, peer), wallMs(), this);
    }
  }

  void read(byte[] json, long writtenMs) {
    desk.read(PresenceWorld.CHANNEL, json, PresenceWorld.WALL_MS + writtenMs, wallMs(), this);
  }

  void tick() {
    desk.tick(wallMs(), this);
  }

  void leave() {
    desk.leave(wallMs(), this);
  }

  private static long since(JsonNode member) {
    return Times.parseMicros(member.path("since").asText()) / 1000;
  }

  @Override
  public void write(String key, byte @Nullable [] value) {
    world.write(this, Objects.requireNonNull(value));
  }

  @Override
  public void show(EphemeralFrame frame) {
    if (!frame.isFor(watcher)) {
      return;
    }
    JsonNode json;
    try {
      json = JSON.readTree(frame.json());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    boolean full = json.path("full").asBoolean();
    assertTrue(full || whole, "the whole state comes first");
    assertEquals(full, frame.whole());
    whole = true;
    if (full) {
      screen.clear();
    }
    for (JsonNode member : json.path("left")) {
      String user = member.path("user").asText();
      assertNotNull(screen.remove(user), user + " left, who was not here");
      world.person(user).left(this);
    }
    for (JsonNode member : json.path("joined")) {
      String user = member.path("user").asText();
      assertNull(screen.put(user, member), user + " joined twice");
    }
    for (JsonNode member : json.path("updated")) {
      String user = member.path("user").asText();
      assertNotNull(screen.put(user, member), user + " changed, who was not here");
      world.person(user).isHereSince(since(member) - PresenceWorld.WALL_MS);
    }
    assertEquals(screen.size(), json.path("count").asInt());
  }
}
