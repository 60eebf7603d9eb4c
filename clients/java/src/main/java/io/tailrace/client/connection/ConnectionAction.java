package io.tailrace.client.connection;

import io.tailrace.client.Transport;

/** What the caller does next, in this order. */
public sealed interface ConnectionAction {
  /** Open a link under this number; never {@link Transport#AUTOMATIC}. */
  record Open(long link, Transport way) implements ConnectionAction {}

  /** Close a link; its end need not be told. */
  record Close(long link, String reason) implements ConnectionAction {}

  /** Show over the link that somebody is there, and make the server answer. */
  record Ping(long link) implements ConnectionAction {}

  /** Bring a fresh token over the link. */
  record Renew(long link) implements ConnectionAction {}

  /** From now on channels are asked for over this link, all of them. */
  record Use(long link) implements ConnectionAction {}

  /** The subscriptions over this link are gone. */
  record Lose(long link) implements ConnectionAction {}

  /** Tell that there is no connection, and when the next try comes. */
  record TellDown(String reason, long retryInMs) implements ConnectionAction {}

  /** Tell that the server does not take this client. */
  record TellRefused(int code, String reason) implements ConnectionAction {}
}
