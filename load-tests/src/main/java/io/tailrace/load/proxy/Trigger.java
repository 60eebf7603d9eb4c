package io.tailrace.load.proxy;

/** What must have been seen in a conversation before a fault counts its bytes. */
public enum Trigger {
  /** Nothing: the count begins with the server's first byte. */
  CONNECTED("", Side.SERVER),

  /** A channel's subscription has been answered; its first event is next. */
  SUBSCRIBED("\"t\":\"subscribed\"", Side.SERVER),

  /** A live event has begun. */
  EVENT("\"t\":\"event\"", Side.SERVER),

  /** The gateway leaves, and has said so. */
  DRAIN("\"t\":\"drain\"", Side.SERVER),

  /** A piece of history was asked for; seen in the request, since an answer may be compressed. */
  PAGE("GET /v1/channels/", Side.CLIENT);

  /** Who sends. */
  public enum Side {
    CLIENT,
    SERVER
  }

  /** ASCII. */
  private final String pattern;

  private final Side side;

  Trigger(String pattern, Side side) {
    this.pattern = pattern;
    this.side = side;
  }

  int length() {
    return pattern.length();
  }

  byte at(int index) {
    return (byte) pattern.charAt(index);
  }

  Side side() {
    return side;
  }
}
