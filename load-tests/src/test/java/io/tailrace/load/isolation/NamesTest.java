package io.tailrace.load.isolation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.catchup.auth.ReadRight;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.contract.Right;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.testkit.HostileNames;
import io.tailrace.schemas.token.Identity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Hostile names through all that makes a name a key or a right: what is taken is the name byte for
 * byte, two names are never one key, and no token reaches another tenant.
 */
class NamesTest {
  private static final int TRIES = HostileNames.tries(300_000);
  private static final int KEYS_KEPT = 50_000;

  private final long seed = HostileNames.seed();
  private final HostileNames names = new HostileNames(seed);

  @Test
  void whatIsTakenIsTheNameAndTwoNamesAreTwoKeys() {
    Map<String, List<String>> nameByKey = new HashMap<>();
    int taken = 0;
    for (int i = 0; i < TRIES; i++) {
      String tenant =
          names.random().nextInt(4) == 0 ? names.twisted(names.tenant()) : names.tenant();
      String name = names.any();

      Channel channel = Channel.parse(tenant, name);

      if (channel != null) {
        taken++;
        String key = channel.full();
        if (!channel.tenant().equals(tenant)
            || !channel.name().equals(name)
            || !key.equals(tenant + "/" + name)
            || !key.chars().allMatch(c -> c > ' ' && c < 127)
            || !channel.equals(Channel.parseFull(key))) {
          throw new AssertionError(where(i, tenant, name) + " became " + key);
        }
        if (nameByKey.size() == KEYS_KEPT) {
          nameByKey.clear();
        }
        List<String> before = nameByKey.put(key, List.of(tenant, name));
        assertTrue(
            before == null || before.equals(List.of(tenant, name)), () -> before + " is " + key);
      }
    }
    assertTrue(taken > TRIES / 10, () -> "hardly a name is right, seed " + seed);
    assertTrue(taken < TRIES, () -> "every name is right, seed " + seed);
  }

  /** Whatever stands in a full name, its parts are the tenant and the name that made it. */
  @Test
  void aFullNameIsReadInOneWayOnly() {
    for (int i = 0; i < TRIES; i++) {
      String full = names.any();

      Channel channel = Channel.parseFull(full);

      if (channel != null && !channel.full().equals(full)) {
        throw new AssertionError(where(i, "", full) + " became " + channel.full());
      }
    }
  }

  @Test
  void noTokenGivesARightInAnotherTenant() {
    ReadRight reading = new ReadRight(Contracts.shipped());
    int given = 0;
    for (int i = 0; i < TRIES; i++) {
      String own = names.tenant();
      Identity who = identity(own);
      String other = names.tenant();
      String asked = names.any();

      Channel channel = Channel.parse(other, asked);

      if (channel != null && !other.equals(own)) {
        for (Right right : Right.values()) {
          assertFalse(
              who.mayUse(channel) || right.allows(who, channel), () -> who + " in " + channel);
        }
      } else if (channel != null) {
        assertEquals(
            fits(who.channelPatterns(), asked), who.mayUse(channel), () -> who + " in " + channel);
      }
      if (reading.decide(who, asked) instanceof ReadRight.Decision.Asks(var reader)
          && reader.contract() != null) {
        given++;
        assertEquals(own, reader.channel().tenant());
        assertEquals(asked, reader.channel().name());
        assertTrue(fits(who.channelPatterns(), asked), () -> who + " reads " + asked);
      }
    }
    assertTrue(given > 0, () -> "nobody may read anything, seed " + seed);
  }

  private Identity identity(String tenant) {
    List<String> patterns = null;
    if (names.random().nextBoolean()) {
      patterns = new ArrayList<>();
      for (int i = names.random().nextInt(3); i >= 0; i--) {
        patterns.add(
            switch (names.random().nextInt(5)) {
              case 0 -> names.channel();
              case 1 -> names.any() + "*";
              case 2 -> names.any();
              case 3 -> names.pick("*", "", "**", "*:*", "chat:*", "acme/*", "../*", "chat:a*b");
              default -> names.twisted(names.channel());
            });
      }
    }
    String user = names.random().nextBoolean() ? names.any() + "u" : names.tenant();
    return new Identity(
        tenant, user, null, Set.of(Identity.ADMIN, Identity.PUBLISHER), patterns, Instant.MAX);
  }

  /** The patterns said in another way: as regular expressions. */
  private static boolean fits(@Nullable List<String> patterns, String name) {
    return patterns == null
        || patterns.stream()
            .anyMatch(pattern ->
                pattern.endsWith("*")
                    ? Pattern.compile(
                            Pattern.quote(pattern.substring(0, pattern.length() - 1)) + ".*",
                            Pattern.DOTALL)
                        .matcher(name)
                        .matches()
                    : pattern.equals(name));
  }

  private String where(int i, String tenant, String name) {
    StringBuilder codes = new StringBuilder();
    name.chars().limit(60).forEach(c -> codes.append(Integer.toHexString(c)).append(' '));
    return "seed " + seed + ", try " + i + ": " + tenant + " | " + name + " (" + codes + ")";
  }

  @Test
  void theNamesThatAreAimedWithReachWhatTheyAim() {
    // The fuzz is worth nothing where its right names are wrong.
    assertNotNull(Channel.parse(names.tenant(), names.channel()));
  }
}
