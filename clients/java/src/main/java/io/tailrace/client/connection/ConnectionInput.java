package io.tailrace.client.connection;

/** What happens to a connection. */
public sealed interface ConnectionInput {
  /** The application wants it. */
  record Start() implements ConnectionInput {}

  /** Time has passed. */
  record Tick() implements ConnectionInput {}

  /** The link has connected. */
  record Opened(long link) implements ConnectionInput {}

  /**
   * The server said welcome.
   *
   * @param expMs end of the token by the wall clock, 0 where it is not known
   */
  record Welcomed(long link, long heartbeatMs, long expMs) implements ConnectionInput {}

  /** A fresh token was taken. */
  record Authed(long link, long expMs) implements ConnectionInput {}

  /** Channels were asked for over a link that says no welcome: now it has to speak. */
  record Asked(long link) implements ConnectionInput {}

  /** The link brought something at this time of the running clock. */
  record Heard(long link, long atMs) implements ConnectionInput {}

  /**
   * The link has carried an answer to a subscribe. Only then failures count anew: a server that
   * says welcome and hangs up would else be called without a pause.
   */
  record Carried(long link) implements ConnectionInput {}

  /** The link has ended. */
  record Closed(long link, End end) implements ConnectionInput {}

  /** The server leaves: go elsewhere after a while, at the latest by the deadline. */
  record Drained(long link, long reconnectAfterMs, long deadlineMs) implements ConnectionInput {}

  /** No subscription depends on the older link any more. */
  record Settled() implements ConnectionInput {}

  /** The caller gives a link up, since it brought what cannot be. */
  record GiveUp(long link, String reason) implements ConnectionInput {}

  /** The application has gone. */
  record Stop() implements ConnectionInput {}
}
