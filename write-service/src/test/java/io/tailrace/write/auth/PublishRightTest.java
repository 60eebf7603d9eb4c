package io.tailrace.write.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.token.Identity;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PublishRightTest {
  private final PublishRight right = new PublishRight(Contracts.shipped());

  private static Identity identity(Set<String> roles, @Nullable List<String> channels) {
    return new Identity("demo", "ada", null, roles, channels, Instant.EPOCH);
  }

  private static Channel channel(String name) {
    Channel channel = Channel.parse("demo", name);
    assertNotNull(channel);
    return channel;
  }

  private void assertRefused(ProblemCode code, Identity identity, Channel channel) {
    Problem refusal = right.refusal(identity, channel);
    assertNotNull(refusal);
    assertEquals(code, refusal.code());
  }

  @Test
  void theContractDecides() {
    assertNull(right.refusal(identity(Set.of(), null), channel("chat:a")));
    assertRefused(ProblemCode.FORBIDDEN, identity(Set.of(), null), channel("feed:a"));
    assertNull(right.refusal(identity(Set.of("publisher"), null), channel("feed:a")));
    assertRefused(ProblemCode.FORBIDDEN, identity(Set.of("admin"), null), channel("feed:a"));
  }

  @Test
  void theTokensChannelsDecideToo() {
    Identity narrow = identity(Set.of(), List.of("chat:team-*", "chat:lobby"));

    assertNull(right.refusal(narrow, channel("chat:team-1")));
    assertNull(right.refusal(narrow, channel("chat:lobby")));
    assertRefused(ProblemCode.FORBIDDEN, narrow, channel("chat:lobby2"));
    assertRefused(ProblemCode.FORBIDDEN, identity(Set.of(), List.of()), channel("chat:a"));
  }

  @Test
  void neverAcrossTenants() {
    assertRefused(
        ProblemCode.FORBIDDEN,
        identity(Set.of("publisher", "admin"), null),
        new Channel("other", "chat", "a"));
  }

  @Test
  void anUnknownKindIsSaidToBeSo() {
    assertRefused(ProblemCode.NOT_FOUND, identity(Set.of(), null), channel("nokind:a"));
  }
}
