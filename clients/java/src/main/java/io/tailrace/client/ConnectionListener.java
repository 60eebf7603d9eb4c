package io.tailrace.client;

import java.io.UncheckedIOException;

/** What a client tells of its connection. All calls come from its loop thread. */
public interface ConnectionListener {
  /** Tells nobody. */
  ConnectionListener SILENT = new ConnectionListener() {};

  /** The server said welcome; over SSE and polling it says no names. */
  default void onConnected(String session, String user) {}

  /** From now on events come this way. */
  default void onTransport(Transport way) {}

  /**
   * The gateway leaves out ephemeral frames, has left out more of them, or does so no longer. What
   * it has told is over when the connection is.
   */
  default void onShed(Shed shed) {}

  /** The connection is gone; the next try comes in {@code retryInMs}. */
  default void onDisconnected(String reason, long retryInMs) {}

  /**
   * The server does not take this client: a token that it refuses, or a version that it does not
   * speak. The client goes on trying, slowly, since a token supplier may come to give a better one;
   * close it if it cannot.
   */
  default void onRefused(int code, String reason) {}

  /** The cache did not take a channel; following goes on. */
  default void onCacheFailed(String channel, UncheckedIOException failure) {}

  /** The client has stopped for good: a listener threw, or this client has a bug. */
  default void onFault(Throwable fault) {
    Thread current = Thread.currentThread();
    current.getUncaughtExceptionHandler().uncaughtException(current, fault);
  }
}
