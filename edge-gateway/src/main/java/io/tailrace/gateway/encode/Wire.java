package io.tailrace.gateway.encode;

/** The two forms in which a frame leaves the gateway. */
public enum Wire {
  /** A WebSocket text frame. */
  WEB_SOCKET,
  /** A server-sent event. */
  EVENT_STREAM
}
