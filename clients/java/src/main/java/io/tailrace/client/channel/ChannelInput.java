package io.tailrace.client.channel;

import io.tailrace.client.ChannelEvent;
import io.tailrace.client.EventPage;
import io.tailrace.client.Snapshot;
import org.jspecify.annotations.Nullable;

/** What happens to a follower. */
public sealed interface ChannelInput {
  /** The caller sends a subscribe with this ref now. */
  record Asked(long ref) implements ChannelInput {}

  /** The connection is gone. */
  record Disconnected() implements ChannelInput {}

  /**
   * The subscription is live.
   *
   * @param catchUpTo history is to be read up to here, or null
   */
  record Subscribed(long ref, int epoch, long head, long after, @Nullable Long catchUpTo)
      implements ChannelInput {}

  /** A live or replayed event. */
  record Arrived(ChannelEvent event) implements ChannelInput {}

  /** The server ended the subscription: its events did not fit. */
  record Behind(long after, long head) implements ChannelInput {}

  /** The server ended the subscription: what is held above {@code after} is void. */
  record Reset(int epoch, long after) implements ChannelInput {}

  /** No longer a member. */
  record Revoked(long seq) implements ChannelInput {}

  /** The subscribe was refused. */
  record Refused(long ref, String code, String detail, @Nullable Long retryAfterMs)
      implements ChannelInput {}

  /** History answered. */
  record PageRead(long request, EventPage page) implements ChannelInput {}

  /** The snapshot answered. */
  record SnapshotRead(long request, Snapshot snapshot) implements ChannelInput {}

  /**
   * History or snapshot did not answer.
   *
   * @param status HTTP status, 0 where no answer came at all
   * @param epoch the epoch that the server stands at, where it said so
   */
  record HistoryRefused(
      long request,
      int status,
      String code,
      String detail,
      @Nullable Long retryAfterMs,
      @Nullable Integer epoch)
      implements ChannelInput {}
}
