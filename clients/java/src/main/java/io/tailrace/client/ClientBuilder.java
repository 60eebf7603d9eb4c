package io.tailrace.client;

import io.tailrace.client.connection.Backoff;
import java.net.URI;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a client is made from. */
public final class ClientBuilder {
  private final URI base;
  private TokenSource tokens;
  private @Nullable String device;
  private ClientLimits limits = ClientLimits.STANDARD;
  private Backoff backoff = new Backoff(250, 10_000);
  private ConnectionListener listener = ConnectionListener.SILENT;
  private int publishTries = 6;
  private Transport transport = Transport.AUTOMATIC;
  private @Nullable ChannelCache cache;

  ClientBuilder(String url) {
    String trimmed = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    URI uri = URI.create(trimmed);
    if (uri.getHost() == null
        || !("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
      throw new IllegalArgumentException(
          "The address must begin with http:// or https:// and name a host: " + url);
    }
    this.base = uri;
    this.tokens =
        _ -> {
          throw new IllegalStateException("a client needs a token: builder(…).token(…)");
        };
  }

  /**
   * Asked before every connect and request, so it should keep its token while that is good, and
   * have another one when it is not.
   */
  public ClientBuilder token(Supplier<String> supplier) {
    return tokens(_ -> supplier.get());
  }

  /** The same, told when the token given before will not do any more. */
  public ClientBuilder tokens(TokenSource source) {
    this.tokens = source;
    return this;
  }

  /** The device's name, where the application tells devices apart. */
  public ClientBuilder device(String name) {
    this.device = name;
    return this;
  }

  /** How live events come; whichever way works where nothing is said. */
  public ClientBuilder transport(Transport way) {
    this.transport = way;
    return this;
  }

  /** Where channels are kept over a restart; nowhere where nothing is said. */
  public ClientBuilder cache(ChannelCache to) {
    this.cache = to;
    return this;
  }

  /** The client's bounds. */
  public ClientBuilder limits(ClientLimits bounds) {
    this.limits = bounds;
    return this;
  }

  /** Pauses between tries: a random part of first·2^n, at most the cap. */
  public ClientBuilder backoff(long firstMs, long capMs) {
    this.backoff = new Backoff(firstMs, capMs);
    return this;
  }

  /** How often {@link Publisher} sends one write before its failure is told. */
  public ClientBuilder publishTries(int tries) {
    if (tries < 1) {
      throw new IllegalArgumentException("a write is sent at least once");
    }
    this.publishTries = tries;
    return this;
  }

  /** Who is told of the connection. */
  public ClientBuilder connectionListener(ConnectionListener to) {
    this.listener = to;
    return this;
  }

  /** The client; it connects at the first subscribe. */
  public TailraceClient build() {
    return TailraceClient.of(this);
  }

  URI base() {
    return base;
  }

  TokenSource tokens() {
    return tokens;
  }

  @Nullable String device() {
    return device;
  }

  ClientLimits limits() {
    return limits;
  }

  Backoff backoff() {
    return backoff;
  }

  ConnectionListener listener() {
    return listener;
  }

  int publishTries() {
    return publishTries;
  }

  Transport transport() {
    return transport;
  }

  @Nullable ChannelCache cache() {
    return cache;
  }
}
