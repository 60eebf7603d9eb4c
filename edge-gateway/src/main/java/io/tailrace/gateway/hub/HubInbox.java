package io.tailrace.gateway.hub;

import io.tailrace.gateway.ephemeral.HubInput;
import io.tailrace.gateway.session.Peer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What shards have said and the hub has not heard yet. Filled from any thread, which never waits,
 * emptied by the hub's.
 *
 * <p>What clients say is dropped where too much waits. Who comes and goes is never dropped: where
 * too much of that waits, only what makes a difference is kept. Of somebody who came and went
 * nothing, of somebody who went and came again both; so no more stays than the hub knows
 * subscriptions and than there are.
 */
final class HubInbox {
  private final int saidMax;
  private final int movesMax;
  private List<HubInput> waiting = new ArrayList<>();
  private int said;
  private int compactAt;

  /**
   * An empty one.
   *
   * @param saidMax frames of clients that may wait
   * @param movesMax with more than this of comings and goings they are looked through, and again
   *     whenever as many have come as were left
   */
  HubInbox(int saidMax, int movesMax) {
    this.saidMax = saidMax;
    this.movesMax = movesMax;
    this.compactAt = movesMax;
  }

  /**
   * Appends.
   *
   * @return how many were dropped
   */
  synchronized int add(List<HubInput> inputs) {
    int dropped = 0;
    for (int i = 0; i < inputs.size(); i++) {
      HubInput input = inputs.get(i);
      if (isSaid(input)) {
        if (said >= saidMax) {
          dropped++;
          continue;
        }
        said++;
      }
      waiting.add(input);
    }
    if (waiting.size() - said > compactAt) {
      dropped += compact();
    }
    return dropped;
  }

  /** Takes all, in order. */
  synchronized List<HubInput> take() {
    if (waiting.isEmpty()) {
      return List.of();
    }
    List<HubInput> taken = waiting;
    waiting = new ArrayList<>();
    said = 0;
    compactAt = movesMax;
    return taken;
  }

  /** How many wait. */
  synchronized int size() {
    return waiting.size();
  }

  private static boolean isMove(HubInput input) {
    return switch (input) {
      case HubInput.Entered _, HubInput.Left _ -> true;
      case HubInput.Said _, HubInput.HasRead _, HubInput.Missed _ -> false;
    };
  }

  /** Who has missed something waits for it, as seldom as a queue is well again: that is kept. */
  private static boolean isSaid(HubInput input) {
    return !isMove(input) && !(input instanceof HubInput.Missed);
  }

  private record Place(String channel, Peer peer) {}

  /** The first and the last move of somebody in a channel, by where they stand in the list. */
  private record Moves(int first, int last) {}

  /** What is said between moves that are gone would be said by nobody: it goes with them. */
  private int compact() {
    Map<Place, Moves> moves = new HashMap<>();
    for (int i = 0; i < waiting.size(); i++) {
      HubInput input = waiting.get(i);
      if (isMove(input)) {
        Place place = new Place(input.channel(), input.peer());
        Moves before = moves.get(place);
        moves.put(place, new Moves(before == null ? i : before.first(), i));
      }
    }
    List<HubInput> kept = new ArrayList<>();
    int keptSaid = 0;
    for (int i = 0; i < waiting.size(); i++) {
      HubInput input = waiting.get(i);
      Moves of = moves.get(new Place(input.channel(), input.peer()));
      boolean stays = of == null || stays(input, i, of);
      if (stays) {
        kept.add(input);
        keptSaid += isSaid(input) ? 1 : 0;
      }
    }
    int dropped = said - keptSaid;
    waiting = kept;
    said = keptSaid;
    compactAt = Math.max(movesMax, 2 * (kept.size() - keptSaid));
    return dropped;
  }

  private boolean stays(HubInput input, int at, Moves of) {
    boolean wasIn = waiting.get(of.first()) instanceof HubInput.Left;
    boolean isIn = waiting.get(of.last()) instanceof HubInput.Entered;
    if (!isMove(input)) {
      return at < of.first() || isIn && at > of.last();
    }
    return wasIn && at == of.first() || isIn && at == of.last();
  }
}
