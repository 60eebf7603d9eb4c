package io.tailrace.gateway.ephemeral;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tailrace.gateway.lane.Lane;
import io.tailrace.gateway.session.Peer;
import io.tailrace.schemas.contract.Contract;
import io.tailrace.schemas.frame.ClientFrame;
import io.tailrace.schemas.frame.JsonText;
import io.tailrace.schemas.topic.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Signals: typing, cursors. Of what one user says with one type in one channel only the latest is
 * written, once in a while; what is read is shown at once to all but who said it, unless it is
 * older than it may be. Where very many look, the latest few of a while are shown together ({@link
 * Crowd}). Nothing is kept. Owned by the hub's thread.
 *
 * <p>A record's key is the channel's full name, its value {@code {"session","user","device"?,
 * "type","ttlMs","data"}}.
 */
public final class SignalDesk implements HubDesk {
  private static final JsonMapper JSON = new JsonMapper();

  private final long windowMs;
  private final int pendingMax;
  private final Map<String, Here> channels = new HashMap<>();
  private final Map<Said, HubInput.Said> pending = new LinkedHashMap<>();
  private final Set<String> gathering = new LinkedHashSet<>();
  private long pendingSinceMs;

  private record Said(String channel, String user, String type) {}

  /** Who of this gateway is live in a channel, by session. */
  private static final class Here {
    private final Map<String, Peer> peers = new HashMap<>();
    private final Contract contract;

    /** What is to be shown together, by the frame's key, the latest last. */
    private final LinkedHashMap<String, EphemeralFrame> gathered = new LinkedHashMap<>();

    private long showAtMs;

    Here(Contract contract) {
      this.contract = contract;
    }
  }

  /**
   * A desk that knows of nobody.
   *
   * @param windowMs how long the latest is waited for before it is written
   * @param pendingMax signals that wait for that; more are dropped
   */
  public SignalDesk(long windowMs, int pendingMax) {
    this.windowMs = windowMs;
    this.pendingMax = pendingMax;
  }

  @Override
  public String topic() {
    return Topics.SIGNALS;
  }

  @Override
  public boolean isOfEachRegion() {
    return true;
  }

  @Override
  public void said(HubInput input, long nowMs, HubOut out) {
    switch (input) {
      case HubInput.Entered entered ->
          channels
              .computeIfAbsent(entered.channel(), _ -> new Here(entered.contract()))
              .peers
              .put(entered.peer().session(), entered.peer());
      case HubInput.Left(String channel, Peer peer) -> {
        Here here = channels.get(channel);
        if (here != null && here.peers.remove(peer.session()) != null && here.peers.isEmpty()) {
          channels.remove(channel);
        }
      }
      case HubInput.Said said when said.frame() instanceof ClientFrame.Signal signal ->
          take(said, signal, nowMs, out);
      case HubInput.Said _, HubInput.HasRead _, HubInput.Missed _ -> {}
    }
  }

  private void take(HubInput.Said said, ClientFrame.Signal signal, long nowMs, HubOut out) {
    Said place = new Said(said.channel(), said.identity().user(), signal.type());
    if (pending.size() >= pendingMax && !pending.containsKey(place)) {
      out.dropped(HubOut.Drop.FULL);
      return;
    }
    if (pending.isEmpty()) {
      pendingSinceMs = nowMs;
    }
    if (pending.put(place, said) != null) {
      out.dropped(HubOut.Drop.REPLACED);
    }
  }

  @Override
  public void read(String key, byte @Nullable [] value, long writtenMs, long nowMs, HubOut out) {
    Here here = channels.get(key);
    if (here == null || value == null) {
      return;
    }
    JsonNode record;
    try {
      record = JSON.readTree(value);
    } catch (IOException _) {
      out.dropped(HubOut.Drop.UNREADABLE);
      return;
    }
    JsonNode user = record.path("user");
    JsonNode type = record.path("type");
    JsonNode data = record.path("data");
    long ttlMs = record.path("ttlMs").asLong();
    if (!user.isTextual() || !type.isTextual() || data.isMissingNode() || ttlMs <= 0) {
      out.dropped(HubOut.Drop.UNREADABLE);
      return;
    }
    if (nowMs - writtenMs > Math.min(ttlMs, Contract.Signals.TTL_MS_MAX)) {
      out.dropped(HubOut.Drop.STALE);
      return;
    }
    JsonText text = new JsonText(value.length + 100);
    text.ascii("{\"t\":\"signal\",\"channel\":").string(key.substring(key.indexOf('/') + 1));
    text.ascii(",\"user\":").string(user.textValue());
    if (record.path("device").isTextual()) {
      text.ascii(",\"device\":").string(record.path("device").textValue());
    }
    text.ascii(",\"type\":").string(type.textValue());
    text.ascii(",\"ttlMs\":").number(ttlMs);
    text.ascii(",\"data\":").raw(data.toString().getBytes(StandardCharsets.UTF_8)).put('}');
    String place = user.textValue() + '\n' + type.textValue();
    Peer sayer = here.peers.get(record.path("session").asText());
    EphemeralFrame frame =
        EphemeralFrame.toOthers(sayer, key, Lane.SIGNAL, place, text.toByteArray());
    if (here.peers.size() > Crowd.FEW) {
      gather(here, place, frame, nowMs, out);
    } else {
      out.show(frame);
    }
  }

  private void gather(Here here, String place, EphemeralFrame frame, long nowMs, HubOut out) {
    if (here.gathered.isEmpty()) {
      here.showAtMs = nowMs + Crowd.gatherMs(here.peers.size());
      gathering.add(frame.channel());
    }
    if (here.gathered.remove(place) != null) {
      out.dropped(HubOut.Drop.REPLACED);
    } else if (here.gathered.size() >= Crowd.framesMost(here.peers.size())) {
      here.gathered.pollFirstEntry();
      out.dropped(HubOut.Drop.CROWDED);
    }
    here.gathered.put(place, frame);
  }

  @Override
  public void tick(long nowMs, HubOut out) {
    showGathered(nowMs, out);
    writePending(nowMs, out);
  }

  private void showGathered(long nowMs, HubOut out) {
    gathering.removeIf(channel -> {
      Here here = channels.get(channel);
      if (here != null && nowMs < here.showAtMs) {
        return false;
      }
      if (here != null) {
        here.gathered.values().forEach(out::show);
        here.gathered.clear();
      }
      return true;
    });
  }

  private void writePending(long nowMs, HubOut out) {
    if (pending.isEmpty() || nowMs - pendingSinceMs < windowMs) {
      return;
    }
    pending.forEach((place, said) -> {
      Here here = channels.get(place.channel());
      if (here != null && said.frame() instanceof ClientFrame.Signal signal) {
        out.write(place.channel(), record(said, signal, here.contract.signals().ttlMs()));
      }
    });
    pending.clear();
  }

  private static byte[] record(HubInput.Said said, ClientFrame.Signal signal, long ttlMs) {
    JsonText text = new JsonText(signal.data().length() + 200);
    text.ascii("{\"session\":").string(said.peer().session());
    text.ascii(",\"user\":").string(said.identity().user());
    String device = said.identity().device();
    if (device != null) {
      text.ascii(",\"device\":").string(device);
    }
    text.ascii(",\"type\":").string(signal.type());
    text.ascii(",\"ttlMs\":").number(ttlMs);
    text.ascii(",\"data\":").raw(signal.data().getBytes(StandardCharsets.UTF_8)).put('}');
    return text.toByteArray();
  }
}
