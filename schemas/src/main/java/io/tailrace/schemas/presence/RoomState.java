package io.tailrace.schemas.presence;

import java.util.SortedMap;

/**
 * Who is in a channel at a moment.
 *
 * @param crowd how many there are, and in which mode. Where the room is sampled a user of two
 *     gateways may count twice
 * @param sampled whether it is too large for a list, so that {@code members} are a few of them
 * @param members by user
 */
public record RoomState(Crowd crowd, boolean sampled, SortedMap<String, Member> members) {
  /** How many there are. */
  public int count() {
    return crowd.count();
  }
}
