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
 *   Idle ──ask──► Waiting ──subscribed──► Live ◄──────────────┐
 *    ▲               └────subscribed with catchUp──► CatchingUp ┘
 *    └── connection lost, behind, reset, gap, 504: from everywhere but Ended
 *   CatchingUp ──history gone──► LoadingSnapshot ──► Idle        any ──revoked, refused──► Ended
 * </pre>
 */
public sealed interface Phase {
  /** Not subscribed. */
  record Idle() implements Phase {}

  /** A subscribe with this ref is on its way. */
  record Waiting(long ref) implements Phase {}

  /**
   * Events flow.
   *
   * @param head the head at subscribe time
   * @param told whether the follower knows that it has everything up to there
   */
  record Live(long head, boolean told) implements Phase {}

  /**
   * History up to {@code to} is being read while live events wait.
   *
   * @param request number of the history request under way
   */
  record CatchingUp(long to, long head, long request, Buffer buffer) implements Phase {}

  /** The snapshot is being read. */
  record LoadingSnapshot(long request) implements Phase {}

  /** Over, until the application subscribes again. */
  record Ended(String code) implements Phase {}

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
