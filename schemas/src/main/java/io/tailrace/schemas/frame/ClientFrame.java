package io.tailrace.schemas.frame;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a client sends over a WebSocket, one JSON object per message. */
public sealed interface ClientFrame {
  /** The first frame: who is here. */
  record Hello(long ref, String token, @Nullable String device, int version)
      implements ClientFrame {}

  /** Asks for channels; {@code batch} where the client sent {@code channels}. */
  record Subscribe(long ref, List<Want> wants, boolean batch) implements ClientFrame {}

  /** Ends a subscription. */
  record Unsubscribe(long ref, String channel) implements ClientFrame {}

  /** Brings a fresh token for the same user. */
  record Auth(long ref, String token) implements ClientFrame {}

  /** Sends something ephemeral; {@code data} is the raw JSON. */
  record Signal(String channel, String type, String data) implements ClientFrame {}

  /** Says what the user is doing; {@code data} is the raw JSON or null. */
  record Presence(String channel, String mode, @Nullable String data) implements ClientFrame {}

  /** Says how far the user has read. */
  record Receipt(String channel, long seq) implements ClientFrame {}

  /** Asks for a pong. */
  record Ping(long ref) implements ClientFrame {}

  /** Tells how long commit→render took, as the client saw it. */
  record Rendered(String channel, long seq, double ms) implements ClientFrame {}

  /**
   * One wanted channel, with what the client holds of it.
   *
   * @param channel {@code kind:id} as the client wrote it; not yet checked
   * @param after last applied seq, or null for live only
   * @param epoch epoch of {@code after}, where the client knows one
   * @param chain chain at {@code after}, 16 hex digits, where the client knows it
   * @param lanes the lanes wanted; empty for all that the contract allows
   */
  record Want(
      String channel,
      @Nullable Long after,
      @Nullable Integer epoch,
      @Nullable String chain,
      Set<String> lanes) {}
}
