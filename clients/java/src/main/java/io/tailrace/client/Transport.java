package io.tailrace.client;

/** How live events come. */
public enum Transport {
  /**
   * WebSocket; where nothing but HTTP gets through, server-sent events; where a proxy holds those
   * back, long polling. WebSocket is tried again now and then.
   */
  AUTOMATIC,
  /** The protocol's own transport. */
  WEBSOCKET,
  /** Server-sent events: a change of channels opens a new stream. */
  SSE,
  /** Requests that wait for the next event; the last resort. */
  POLL
}
