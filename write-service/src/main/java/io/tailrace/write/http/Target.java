package io.tailrace.write.http;

import org.jspecify.annotations.Nullable;

/** What an address asks for. */
sealed interface Target {
  /** {@code /v1/channels/{name}/events}; the name has not been looked at. */
  record Channel(String name) implements Target {
    /** Up to the colon. */
    String kind() {
      int colon = name.indexOf(':');
      return colon < 0 ? name : name.substring(0, colon);
    }
  }

  /** {@code /v1/transactions}. */
  record Transaction() implements Target {}

  /** Reads a path; null where it is none of this service's. */
  static @Nullable Target of(String path) {
    if (path.equals("/v1/transactions")) {
      return new Transaction();
    }
    String before = "/v1/channels/";
    String after = "/events";
    if (!path.startsWith(before) || !path.endsWith(after)) {
      return null;
    }
    int end = path.length() - after.length();
    if (end <= before.length()) {
      return null;
    }
    String name = path.substring(before.length(), end);
    return name.indexOf('/') < 0 ? new Channel(name) : null;
  }

  /** What the body hash is taken over beside the body, so that a key belongs to one address. */
  default String scope() {
    return switch (this) {
      case Channel channel -> channel.name();
      case Transaction _ -> "";
    };
  }
}
