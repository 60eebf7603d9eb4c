package io.tailrace.write.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.token.Identity;
import io.tailrace.schemas.token.KeyRing;
import io.tailrace.schemas.token.TokenResult;
import io.tailrace.schemas.token.TokenSigner;
import io.tailrace.schemas.token.TokenVerifier;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TokenCacheTest {
  private static final byte[] SECRET =
      "a secret for tests that has 32 bytes".getBytes(StandardCharsets.UTF_8);
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private Instant now = START;
  private final TokenCache cache =
      new TokenCache(new TokenVerifier(KeyRing.ofSecret("demo", SECRET), () -> now), () -> now, 2);

  private static String token(String user, Instant exp) {
    return new TokenSigner(SECRET)
        .sign(new Identity("demo", user, null, Set.of("publisher"), null, exp));
  }

  private String user(String token) {
    return assertInstanceOf(TokenResult.Accepted.class, cache.verify(token)).identity().user();
  }

  @Test
  void answersAsTheVerifierDoes() {
    String token = token("ada", START.plusSeconds(3_600));

    assertEquals("ada", user(token));
    assertEquals("ada", user(token));
    assertEquals(
        ProblemCode.TOKEN_INVALID,
        assertInstanceOf(TokenResult.Refused.class, cache.verify(token + "x")).code());
  }

  @Test
  void aRememberedTokenStillExpires() {
    String token = token("ada", START.plusSeconds(10));
    assertEquals("ada", user(token));

    now = START.plusSeconds(120);

    assertEquals(
        ProblemCode.TOKEN_EXPIRED,
        assertInstanceOf(TokenResult.Refused.class, cache.verify(token)).code());
  }

  @Test
  void moreTokensThanItRemembersAreAnsweredAsWell() {
    for (int i = 0; i < 10; i++) {
      assertEquals("user-" + i, user(token("user-" + i, START.plusSeconds(3_600))));
    }
  }
}
