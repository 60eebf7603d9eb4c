package io.tailrace.write.admit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tailrace.schemas.token.Identity;
import io.tailrace.schemas.token.KeyRing;
import io.tailrace.schemas.token.TokenSigner;
import io.tailrace.schemas.token.TokenVerifier;
import io.tailrace.write.auth.TokenCache;
import io.tailrace.write.measure.WriteMetrics;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AdmissionTest {
  private static final byte[] SECRET =
      "a secret for tests that has 32 bytes".getBytes(StandardCharsets.UTF_8);
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final TokenCache tokens =
      new TokenCache(new TokenVerifier(KeyRing.ofSecret("demo", SECRET), () -> NOW), () -> NOW, 10);
  private final Admission admission =
      new Admission(tokens, 8, 100, new WriteMetrics(new SimpleMeterRegistry()));

  private int entered(String tenant, int tries, long bytes) {
    int entered = 0;
    for (int i = 0; i < tries; i++) {
      if (admission.enterFor(tenant, bytes) != null) {
        entered++;
      }
    }
    return entered;
  }

  @Test
  void aTenantHoldsAtMostAsManyRequestsAsAreFree() {
    assertEquals(4, entered("acme", 100, 1));
    assertEquals(2, entered("demo", 100, 1));
    assertEquals(1, entered("third", 100, 1));
    assertEquals(7, admission.requests());
  }

  @Test
  void aTenantHoldsAtMostAsManyBytesAsAreFree() {
    assertEquals(3, entered("acme", 3, 20));
    assertNull(admission.enterFor("acme", 11));
    assertNotNull(admission.enterFor("demo", 30));
  }

  @Test
  void whatIsGivenBackIsFreeOnceHoweverOftenItIsSaid() {
    Admission.Place place = admission.enterFor("acme", 50);
    assertNotNull(place);
    assertNull(admission.enterFor("acme", 1));

    place.leave();
    place.leave();

    assertEquals(0, admission.requests());
    assertEquals(4, entered("acme", 100, 1));
  }

  @Test
  void tokensThatWereNeverSeenShareOnePlace() {
    String real =
        new TokenSigner(SECRET)
            .sign(new Identity("demo", "ada", null, Set.of(), null, NOW.plusSeconds(60)));
    for (int i = 0; i < 100; i++) {
      admission.enter("made up " + i, 1);
    }
    assertNull(admission.enter(real, 1));

    tokens.verify(real);

    assertEquals(4, admission.requests());
    assertNotNull(admission.enter(real, 1));
  }
}
