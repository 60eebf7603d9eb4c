package io.tailrace.schemas.frame;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a gateway sends, besides events ({@link EventJson}). */
public sealed interface ServerFrame {
  /**
   * Answers hello.
   *
   * @param exp when the token ends, RFC 3339
   * @param limits bounds that a client must know, by name
   * @param time the gateway's clock, RFC 3339
   */
  record Welcome(
      long ref,
      String session,
      String user,
      String exp,
      long heartbeatMs,
      Map<String, Long> limits,
      String time,
      String region)
      implements ServerFrame {}

  /** A range that is read over HTTP: seqs in ({@code after}, {@code to}]. */
  record CatchUp(long after, long to) {}

  /** A subscription is live. */
  record Subscribed(
      long ref, String channel, int epoch, long head, long after, @Nullable CatchUp catchUp)
      implements ServerFrame {}

  /** A subscription has ended as asked. */
  record Unsubscribed(long ref, String channel) implements ServerFrame {}

  /** A fresh token was taken; it ends at {@code exp}, RFC 3339. */
  record Authed(long ref, String exp) implements ServerFrame {}

  /** Answers ping with the gateway's clock, RFC 3339. */
  record Pong(long ref, String time) implements ServerFrame {}

  /** The subscription has ended because its events did not fit; its last one was {@code after}. */
  record Behind(String channel, long after, long head) implements ServerFrame {}

  /** The subscription has ended; what the client holds above {@code after} is void. */
  record Reset(String channel, int epoch, long after) implements ServerFrame {}

  /** No longer a member as of {@code seq}. */
  record Revoked(String channel, long seq) implements ServerFrame {}

  /**
   * The connection is given less than there is, since it does not keep up.
   *
   * @param lanes what has been shed of since all was well
   * @param dropped by lane, how many frames of the connection were ever shed
   */
  record Degraded(List<String> lanes, Map<String, Long> dropped) implements ServerFrame {}

  /** It keeps up again; the members are those of {@link Degraded}, the totals final for now. */
  record Recovered(List<String> lanes, Map<String, Long> dropped) implements ServerFrame {}

  /**
   * The gateway leaves: connect elsewhere, resume there, then close here. Events go on until then.
   *
   * @param reconnectAfterMs when to connect elsewhere, from now; each connection has its own time
   * @param deadlineMs when the gateway closes what is still open, from now
   */
  record Drain(long reconnectAfterMs, long deadlineMs) implements ServerFrame {}

  /** A request was refused; the socket stays open. */
  record Err(
      @Nullable Long ref,
      @Nullable String channel,
      String code,
      String detail,
      @Nullable Long retryAfterMs)
      implements ServerFrame {}

  /** Over SSE: the place of every channel, {@code channel → "epoch.seq"}. */
  record Cursor(Map<String, String> channels) implements ServerFrame {}
}
