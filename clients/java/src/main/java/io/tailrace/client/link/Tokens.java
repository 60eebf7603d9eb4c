package io.tailrace.client.link;

import io.tailrace.client.TokenSource;
import org.jspecify.annotations.Nullable;

/** The tokens of one client. Safe for any thread; the source is asked by one at a time. */
public final class Tokens {
  private final TokenSource source;
  private @Nullable String refused;

  /** From a source. */
  public Tokens(TokenSource source) {
    this.source = source;
  }

  /** One that was not refused, as far as the source has such a one. */
  synchronized String current() {
    String token = source.token(false);
    return token.equals(refused) ? source.token(true) : token;
  }

  /** One to replace the current one before it runs out. */
  synchronized String fresh() {
    return source.token(true);
  }

  /** The server does not take this one. */
  synchronized void refuse(String token) {
    refused = token;
  }
}
