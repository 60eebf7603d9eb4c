package io.tailrace.client.channel;

import io.tailrace.client.ChannelEvent;
import io.tailrace.client.EventPage;
import io.tailrace.client.Snapshot;
import org.jspecify.annotations.Nullable;

/**
 * What happens to a follower. Links are numbered by the caller from 1; while a gateway is left
 * there are two. Refs are never used twice, on whichever link.
 */
public sealed interface ChannelInput {
  /** The caller sends a subscribe with this ref over this link now. */
  record Asked(long link, long ref) implements ChannelInput {}

  /** A link is gone. */
  record Disconnected(long link) implements ChannelInput {}

  /**
   * The subscription is live.
   *
   * @param catchUpTo history is to be read up to here, or null
   */
  record Subscribed(long ref, int epoch, long head, long after, @Nullable Long catchUpTo)
      implements ChannelInput {}

  /** The subscribe with this ref was not answered in time. */
  record Unanswered(long ref) implements ChannelInput {}

  /** The application asks again after the end. */
  record Again() implements ChannelInput {}

  /** The application leaves. */
  record Left() implements ChannelInput {}

  /** A live or replayed event. */
  record Arrived(long link, ChannelEvent event) implements ChannelInput {}

  /** The server ended the subscription: its events did not fit. */
  record Behind(long link, long after, long head) implements ChannelInput {}

  /** The server ended the subscription: what is held above {@code after} is void. */
  record Reset(long link, int epoch, long after) implements ChannelInput {}

  /** No longer a member. */
  record Revoked(long link, long seq) implements ChannelInput {}

  /** The subscribe was refused. */
  record Refused(long ref, String code, String detail, @Nullable Long retryAfterMs)
      implements ChannelInput {}

  /** History answered. */
  record PageRead(long request, EventPage page) implements ChannelInput {}

  /** The snapshot answered. */
  record SnapshotRead(long request, Snapshot snapshot) implements ChannelInput {}

  /** The contract answered: more events behind than this, and the snapshot is the better way. */
  record ContractRead(long request, long snapshotAfter) implements ChannelInput {}

  /**
   * History, snapshot or contract did not answer.
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
