package io.tailrace.gateway.shard;

import io.tailrace.gateway.encode.Frame;
import io.tailrace.gateway.fanout.ShardCore;
import io.tailrace.gateway.lane.Lane;
import io.tailrace.gateway.resume.ChannelWindow;
import io.tailrace.gateway.session.Peer;
import io.tailrace.gateway.session.Room;
import io.tailrace.schemas.log.Redact;
import io.tailrace.schemas.token.Identity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one shard shows of a tenant to its administrators, read at one moment.
 *
 * @param guests the tenant's connections, those with the most waiting first
 * @param guestsInAll how many there are, shown or not
 * @param channels the tenant's channels by name, {@code kind:id}, those with the most readers first
 */
public record Sight(List<Guest> guests, int guestsInAll, Map<String, Gathering> channels) {
  private static final Comparator<Peer> MOST_WAITING =
      Comparator.comparingLong((Peer peer) -> peer.queue().size()).reversed();

  /**
   * One connection.
   *
   * @param user redacted as in logs
   * @param device as token or client named it; null: neither did
   * @param queueBytes what waits for it
   * @param shed entries left out for it, by lane
   */
  public record Guest(
      String session,
      String wire,
      String user,
      @Nullable String device,
      long openedMs,
      long queueBytes,
      int subscriptions,
      Map<String, Long> shed) {}

  /**
   * One channel.
   *
   * @param head the last seq that has come here; 0: none within the window
   * @param readers subscriptions that take its events
   */
  public record Gathering(long head, int readers) {}

  /** Of a shard, on its thread. */
  public static Sight of(ShardCore core, String tenant, int most) {
    List<Peer> theirs = new ArrayList<>();
    for (Peer peer : core.peers()) {
      Identity who = peer.identity();
      if (who != null && who.tenant().equals(tenant)) {
        theirs.add(peer);
      }
    }
    List<Guest> guests =
        theirs.stream().sorted(MOST_WAITING).limit(most).map(peer -> guest(peer, tenant)).toList();
    return new Sight(guests, theirs.size(), channels(core, tenant + '/', most));
  }

  /** When an event came, as far as the window still holds it; 0 where it does not. */
  public static long arrivedMs(ShardCore core, String channel, long seq) {
    ChannelWindow window = core.windows().find(channel);
    Frame frame = window == null ? null : window.frame(seq);
    return frame == null ? 0 : frame.arrivedMs();
  }

  private static Map<String, Gathering> channels(ShardCore core, String prefix, int most) {
    Map<String, Gathering> channels = new LinkedHashMap<>();
    core.rooms().all().stream()
        .filter(room -> room.window().channel().startsWith(prefix))
        .sorted(Comparator.comparingInt((Room room) -> room.live().size()).reversed())
        .limit(most)
        .forEach(room ->
            channels.put(room.name(), new Gathering(room.window().last(), room.live().size())));
    for (ChannelWindow window : core.windows().all()) {
      if (channels.size() >= most) {
        return channels;
      }
      if (window.channel().startsWith(prefix)) {
        channels.putIfAbsent(
            window.channel().substring(prefix.length()), new Gathering(window.last(), 0));
      }
    }
    return channels;
  }

  private static Guest guest(Peer peer, String tenant) {
    Identity who = peer.identity();
    Map<String, Long> shed = new LinkedHashMap<>();
    long[] counts = peer.queue().shed();
    if (counts != null) {
      for (Lane lane : Lane.values()) {
        if (counts[lane.place()] > 0) {
          shed.put(lane.word(), counts[lane.place()]);
        }
      }
    }
    return new Guest(
        peer.session(),
        peer.wire().name().toLowerCase(Locale.ROOT),
        Redact.user(tenant, peer.user()),
        who == null ? null : who.device(),
        peer.openedMs(),
        peer.queue().size(),
        peer.subscriptions().size(),
        shed);
  }
}
