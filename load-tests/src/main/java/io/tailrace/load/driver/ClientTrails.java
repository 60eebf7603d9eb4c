package io.tailrace.load.driver;

import io.tailrace.load.oracle.Via;
import io.tailrace.load.oracle.Witness;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What a product's client applied of each of a seat's channels. */
final class ClientTrails {
  private final Map<String, ClientTrail> trails = new LinkedHashMap<>();

  ClientTrails(Seat seat, Numbered numbered, Via via) {
    for (var channel : seat.channels()) {
      trails.put(channel, new ClientTrail(seat, channel, numbered.epoch(), via, numbered.crew()));
    }
  }

  void forEach(BiConsumer<String, ClientTrail> each) {
    trails.forEach(each);
  }

  @Nullable ClientTrail of(String channel) {
    return trails.get(channel);
  }

  long last(String channel) {
    var trail = trails.get(channel);
    return trail == null ? 0 : trail.trail().last();
  }

  boolean subscribed(String channel) {
    var trail = trails.get(channel);
    return trail != null && trail.trail().begun();
  }

  List<Witness> witnesses(String channel) {
    var trail = trails.get(channel);
    return trail == null ? List.of() : trail.trail().witnesses();
  }
}
