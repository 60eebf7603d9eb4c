package io.tailrace.client;

/** How live events come. */
public enum Transport {
  /** The protocol's own transport. */
  WEBSOCKET,
  /** Server-sent events, where proxies let no WebSocket through; at most 100 channels. */
  SSE
}
