package io.tailrace.gateway.subscribe;

import io.tailrace.gateway.lane.Lane;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which lanes a subscription takes: those that the client asks for and its contract has. */
final class WantedLanes {
  static final String REFUSAL =
      "lanes must be among event, metadata, receipt, presence, signal; none given: all of the kind";

  private WantedLanes() {}

  /**
   * The lanes; events are always among them, since they are what is subscribed to.
   *
   * @param asked the client's words; empty for all
   * @param offered what the contract has
   * @return null where one of the words is no lane
   */
  static @Nullable Set<Lane> of(Set<String> asked, Set<Lane> offered) {
    EnumSet<Lane> lanes = EnumSet.of(Lane.EVENT);
    if (asked.isEmpty()) {
      lanes.addAll(offered);
    }
    for (String word : asked) {
      Lane lane = Lane.of(word);
      if (lane == null) {
        return null;
      }
      if (offered.contains(lane)) {
        lanes.add(lane);
      }
    }
    return Collections.unmodifiableSet(lanes);
  }
}
