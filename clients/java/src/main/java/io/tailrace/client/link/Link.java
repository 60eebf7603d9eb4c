package io.tailrace.client.link;

import io.tailrace.client.wire.ClientMessages.Want;
import java.util.List;

/**
 * One connection that brings frames. Closing it twice does nothing; its receiver hears of the end
 * once.
 */
public interface Link extends AutoCloseable {
  /** Whether the server says welcome, before which nothing can be asked. */
  boolean welcomes();

  /** Asks for channels; returns the number that the answers will carry. */
  long subscribe(List<Want> wants);

  /** Ends a subscription. */
  void unsubscribe(String channel);

  /** Brings a fresh token for the same user. */
  void authenticate(String token);

  /** Shows that the client is there. */
  void ping();

  /** Ends it at once, without a farewell that the network might not carry. */
  @Override
  void close();

  /** Where frames go. Calls may block. */
  interface Receiver {
    /** Connected. Frames may come before it. */
    void opened(Link link);

    /** The server is there, though it has no frame. */
    void heard(Link link);

    /** One frame. */
    void received(Link link, byte[] text);

    /** The end. */
    void closed(Link link, End end);
  }

  /**
   * Why a link ended.
   *
   * @param code WebSocket close code, or HTTP status of a refused handshake, or 0 where the network
   *     broke
   * @param retryAfterMs as the server said, or 0
   */
  record End(int code, String reason, long retryAfterMs) {}
}
