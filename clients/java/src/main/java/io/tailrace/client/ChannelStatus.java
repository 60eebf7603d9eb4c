package io.tailrace.client;

/** What a channel can show to people. */
public enum ChannelStatus {
  /** Nothing is held, and there is no subscription yet: "Connecting…". */
  CONNECTING,
  /** Subscribed; what is missing is on its way. */
  CATCHING_UP,
  /** Everything up to the head has been delivered, and what comes will be. */
  LIVE,
  /** Live, but with less: the server sheds signals and the like, or every event costs a request. */
  DEGRADED,
  /**
   * What was held is shown, and is not confirmed now: "Reconnecting…", "Showing cached messages".
   */
  CACHED,
  /** Over: refused, revoked or left. {@link TailraceClient#again} asks again. */
  GONE
}
