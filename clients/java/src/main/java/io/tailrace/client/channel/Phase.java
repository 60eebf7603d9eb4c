package io.tailrace.client.channel;

import io.tailrace.client.ChannelEvent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a subscription stands.
 *
 * <pre>
 *   Idle ──ask──► Waiting ──subscribed──► Live ◄─────────────────┐
 *    ▲               └────subscribed with catchUp──► CatchingUp ─┘
 *    │                                 contract ► snapshot ► pages
 *    └── connection lost, behind, reset, gap, 504: from everywhere but Ended
 *   Live, CatchingUp ──ask over another link──► the same, until that link's subscribed
 *   any ──revoked, refused──► Ended
 * </pre>
 */
public sealed interface Phase {
  /** Not subscribed. */
  record Idle() implements Phase {}

  /** A subscribe is on its way, and nothing else. */
  record Waiting() implements Phase {}

  /**
   * Events flow.
   *
   * @param told whether the follower knows that it has everything up to the head
   */
  record Live(boolean told) implements Phase {}

  /**
   * History up to {@code to} is being read while live events wait.
   *
   * @param request number of the request under way
   * @param reading what it asks for
   */
  record CatchingUp(long to, long request, Reading reading, Buffer buffer) implements Phase {}

  /** Over, until the application subscribes again. */
  record Ended(String code) implements Phase {}

  /** What is read of history. */
  enum Reading {
    /** From when on the contract offers the snapshot. */
    CONTRACT,
    /** The latest event of every entity. */
    SNAPSHOT,
    /** A run of events. */
    EVENTS
  }

  /** Live events that wait: a persistent stack, so that states stay values at no cost per event. */
  record Buffer(@Nullable ChannelEvent top, @Nullable Buffer below, int size, boolean overflowed) {
    static final Buffer EMPTY = new Buffer(null, null, 0, false);

    Buffer push(ChannelEvent event, int sizeMax) {
      return size < sizeMax
          ? new Buffer(event, this, size + 1, overflowed)
          : new Buffer(top, below, size, true);
    }

    /** In the order of arrival. */
    List<ChannelEvent> events() {
      List<ChannelEvent> events = new ArrayList<>(size);
      for (Buffer at = this; at != null && at.top != null; at = at.below) {
        events.add(at.top);
      }
      Collections.reverse(events);
      return events;
    }
  }
}
