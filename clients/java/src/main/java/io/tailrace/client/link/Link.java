package io.tailrace.client.link;

import io.tailrace.client.connection.End;
import io.tailrace.client.wire.ClientMessages.Want;
import io.tailrace.client.wire.ServerMessage;
import java.util.List;

/**
 * One connection that brings messages. Closing it twice does nothing; its receiver hears of the end
 * once. Its methods do not block.
 */
public interface Link extends AutoCloseable {
  /** Asks for channels; the answers carry the ref. */
  void subscribe(long ref, List<Want> wants);

  /** Ends a subscription. */
  void unsubscribe(long ref, String channel);

  /** Brings a fresh token for the same user. */
  void renew(long ref);

  /** Shows that the client is there. */
  void ping(long ref);

  /**
   * Says something to others in the channel; nothing happens where the way has no way back.
   *
   * @param data JSON text
   */
  default void signal(String channel, String type, String data) {}

  /** Says how far the user has read; nothing happens where the way has no way back. */
  default void receipt(String channel, long seq) {}

  /** Ends it at once, without a farewell that the network might not carry. */
  @Override
  void close();

  /** Where messages go. Calls come from network threads and may block them. */
  interface Receiver {
    /** Connected. Messages may come before it. */
    void opened();

    /** The server is there, though it has no message. */
    void heard();

    /** One message. */
    void received(ServerMessage message);

    /** The end. */
    void closed(End end);
  }
}
