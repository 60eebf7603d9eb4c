package io.tailrace.gateway.fanout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tailrace.gateway.fanout.ModelClient.Broken;
import io.tailrace.gateway.session.Peer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One client and its connection; every frame that leaves the gateway is judged here. */
final class ModelLine {
  private static final JsonMapper JSON = new JsonMapper();
  final String user;
  final ModelClient client;
  final List<JsonNode> inFlight = new ArrayList<>();
  @Nullable Peer peer;

  /** Its token allows the channel no more. */
  boolean narrow;

  private final ModelLog log;
  private boolean open;
  private boolean mustEnd;
  private long decided;

  ModelLine(String user, ModelLog log) {
    this.user = user;
    this.log = log;
    this.client = new ModelClient(user, log.members);
  }

  void connected(Peer to) {
    peer = to;
    open = false;
    narrow = false;
    mustEnd = false;
  }

  void disconnected() {
    peer = null;
    inFlight.clear();
    client.disconnected();
  }

  /** The frames in what a WebSocket was sent. */
  static List<JsonNode> parse(byte[] bytes) {
    List<JsonNode> frames = new ArrayList<>();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    while (in.hasRemaining()) {
      in.get();
      int length = in.get();
      if (length == 126) {
        length = in.getShort() & 0xFFFF;
      }
      byte[] json = new byte[length];
      in.get(json);
      try {
        frames.add(JSON.readTree(json));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return frames;
  }

  /** A frame goes on the wire. */
  void sent(JsonNode frame) {
    switch (frame.path("t").asText()) {
      case "subscribed" -> {
        if (mustEnd) {
          throw new Broken(user + "'s token does not allow " + frame);
        }
        open = true;
        decided = frame.path("head").asLong();
      }
      case "event" -> event(frame);
      case "revoked" -> revoked(frame.path("seq").asLong());
      case "behind", "reset", "unsubscribed" -> open = false;
      case "authed" -> mustEnd = frame.path("ref").asLong() == ModelWorld.NARROW;
      default -> {}
    }
    inFlight.add(frame);
  }

  private void event(JsonNode frame) {
    if (!open || mustEnd) {
      throw new Broken(user + " is sent more after the end: " + frame);
    }
    long seq = frame.path("seq").asLong();
    if (!ModelLog.isFork(frame.path("chain").asLong()) && !log.members.mayGet(user, seq, decided)) {
      throw new Broken(user + " may not be given " + frame);
    }
  }

  private void revoked(long seq) {
    if (!open) {
      throw new Broken(user + " is told twice of " + seq);
    }
    open = false;
    if (!mustEnd && !log.everDivergent() && !log.members.endsAt(user, seq)) {
      throw new Broken(user + " is told of an end at " + seq + " that is none");
    }
  }

  /** All has come to rest: it holds what its user may read, or has been told that it may not. */
  void check() {
    ModelMembers.View view = log.members.view(user, log.head());
    boolean rightly =
        view.entry() == null
            ? client.mode == ModelClient.Mode.GONE
            : client.mode == ModelClient.Mode.LIVE
                && client.epoch == log.epoch()
                && client.applied == log.head();
    if (!rightly) {
      throw new Broken(
          "stuck: "
              + user
              + " is "
              + client.mode
              + " at "
              + client.epoch
              + "/"
              + client.applied
              + ", head "
              + log.epoch()
              + "/"
              + log.head()
              + ", reads by "
              + view);
    }
    for (long seq = view.visibleFrom(); view.entry() != null && seq <= log.head(); seq++) {
      Long chain = client.history.get(seq);
      if (chain == null || chain != ModelLog.truth(log.epoch(), seq)) {
        throw new Broken(user + ": seq " + seq + " is " + chain);
      }
    }
  }
}
