package io.tailrace.standalone.console;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tailrace.gateway.shard.Sight;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.token.Identity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A tenant's channels and connections on the gateways, over all their shards. */
final class GatewayView {
  private static final int SHOWN_MAX = 100;
  private static final long WAIT_MS = 2_000;

  private GatewayView() {}

  /** Puts {@code connections}, {@code connectionsInAll} and {@code channels}. */
  static void put(ObjectNode state, Parts parts, Identity who) throws InterruptedException {
    List<Sight> sights;
    try {
      sights = parts.look(who.tenant(), SHOWN_MAX).get(WAIT_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      state.put("gatewayBusy", true);
      return;
    }
    connections(state, sights);
    channels(state, sights, who);
  }

  private static void connections(ObjectNode state, List<Sight> sights) {
    List<Sight.Guest> guests = new ArrayList<>();
    sights.forEach(sight -> guests.addAll(sight.guests()));
    guests.sort(Comparator.comparingLong(Sight.Guest::queueBytes).reversed());
    ArrayNode shown = state.putArray("connections");
    guests.stream()
        .limit(SHOWN_MAX)
        .forEach(guest -> {
          ObjectNode each = shown.addObject();
          each.put("session", guest.session());
          each.put("wire", guest.wire());
          each.put("user", guest.user());
          each.put("device", guest.device());
          each.put("version", 1);
          each.put("openedMs", guest.openedMs());
          each.put("queueBytes", guest.queueBytes());
          each.put("subscriptions", guest.subscriptions());
          ObjectNode shed = each.putObject("shed");
          guest.shed().forEach(shed::put);
        });
    state.put("connectionsInAll", sights.stream().mapToInt(Sight::guestsInAll).sum());
  }

  private static void channels(ObjectNode state, List<Sight> sights, Identity who) {
    Map<String, Sight.Gathering> all = new LinkedHashMap<>();
    for (Sight sight : sights) {
      sight
          .channels()
          .forEach((name, here) ->
              all.merge(
                  name,
                  here,
                  (a, b) ->
                      new Sight.Gathering(
                          Math.max(a.head(), b.head()), a.readers() + b.readers())));
    }
    ArrayNode shown = state.putArray("channels");
    all.entrySet().stream()
        .filter(each -> mayUse(who, each.getKey()))
        .sorted(
            Comparator.comparingInt(
                    (Map.Entry<String, Sight.Gathering> each) -> each.getValue().readers())
                .reversed()
                .thenComparing(Map.Entry::getKey))
        .limit(SHOWN_MAX)
        .forEach(each ->
            shown
                .addObject()
                .put("channel", each.getKey())
                .put("head", each.getValue().head())
                .put("readers", each.getValue().readers()));
  }

  private static boolean mayUse(Identity who, String name) {
    Channel channel = Channel.parse(who.tenant(), name);
    return channel != null && who.mayUse(channel);
  }
}
