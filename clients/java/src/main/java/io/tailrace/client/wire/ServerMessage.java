package io.tailrace.client.wire;

import io.tailrace.client.ChannelEvent;
import io.tailrace.client.Shed;
import io.tailrace.client.Signal;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A frame from the server, as far as this client acts on it. */
public sealed interface ServerMessage {
  /** Answers hello. */
  record Welcome(String session, String user, @Nullable String exp, long heartbeatMs)
      implements ServerMessage {}

  /** A subscription is live; {@code catchUpTo} where history is to be read first. */
  record Subscribed(
      long ref, String channel, int epoch, long head, long after, @Nullable Long catchUpTo)
      implements ServerMessage {
    /** The same, as the answer to another ref. */
    public Subscribed answering(long other) {
      return new Subscribed(other, channel, epoch, head, after, catchUpTo);
    }
  }

  /** Somebody else's latest signal of its type; {@code data} is JSON text. */
  record SignalShown(String channel, Signal signal, long ttlMs) implements ServerMessage {}

  /** Places of readers that have gone on. */
  record ReceiptShown(String channel, int epoch, Map<String, Long> read) implements ServerMessage {
    /** Copies the collection. */
    public ReceiptShown {
      read = Map.copyOf(read);
    }
  }

  /** An event; its epoch is the subscription's. */
  record Event(ChannelEvent event) implements ServerMessage {}

  /** The subscription has ended. */
  record Behind(String channel, long after, long head) implements ServerMessage {}

  /** The subscription has ended; what is held above {@code after} is void. */
  record Reset(String channel, int epoch, long after) implements ServerMessage {}

  /** No longer a member. */
  record Revoked(String channel, long seq) implements ServerMessage {}

  /** A request was refused. */
  record Refused(
      @Nullable Long ref,
      @Nullable String channel,
      String code,
      String detail,
      @Nullable Long retryAfterMs)
      implements ServerMessage {
    /** The same, as the answer to another ref. */
    public Refused answering(long other) {
      return new Refused(other, channel, code, detail, retryAfterMs);
    }
  }

  /** This gateway leaves. */
  record Drain(long reconnectAfterMs, long deadlineMs) implements ServerMessage {}

  /** A fresh token was taken; it ends at {@code exp}, RFC 3339. */
  record Authed(@Nullable String exp) implements ServerMessage {}

  /** The server sheds ephemeral frames, or does so no longer. */
  record Shedding(Shed shed) implements ServerMessage {}

  /** Nothing to act on: pong, ephemeral frames, and what a newer server may send. */
  record Other(String t) implements ServerMessage {}
}
