package io.tailrace.write.auth;

import io.tailrace.schemas.token.Identity;
import io.tailrace.schemas.token.TokenResult;
import io.tailrace.schemas.token.TokenVerifier;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Remembers tokens that were found valid, for half a minute: a signature costs more than the rest
 * of a write. Keys that are withdrawn therefore work for so long at most. Thread-safe.
 */
public final class TokenCache {
  private static final Duration REMEMBERED = Duration.ofSeconds(30);

  private record Known(TokenResult.Accepted accepted, Instant until) {}

  private final TokenVerifier verifier;
  private final InstantSource clock;
  private final int tokensMax;
  private final ConcurrentMap<String, Known> known = new ConcurrentHashMap<>();

  /** In front of a verifier, for so many tokens. */
  public TokenCache(TokenVerifier verifier, InstantSource clock, int tokensMax) {
    this.verifier = verifier;
    this.clock = clock;
    this.tokensMax = tokensMax;
  }

  /** Whose token it is, where it was found valid lately; null where that is not known yet. */
  public @Nullable Identity known(String token) {
    Known before = known.get(token);
    return before != null && clock.instant().isBefore(before.until())
        ? before.accepted().identity()
        : null;
  }

  /** What became of the token. */
  public TokenResult verify(String token) {
    Instant now = clock.instant();
    Known before = known.get(token);
    if (before != null && now.isBefore(before.until())) {
      return before.accepted();
    }
    TokenResult result = verifier.verify(token);
    if (result instanceof TokenResult.Accepted accepted) {
      if (known.size() >= tokensMax) {
        known.clear();
      }
      Instant until = now.plus(REMEMBERED);
      Instant exp = accepted.identity().exp();
      known.put(token, new Known(accepted, exp.isBefore(until) ? exp : until));
    } else {
      known.remove(token);
    }
    return result;
  }
}
