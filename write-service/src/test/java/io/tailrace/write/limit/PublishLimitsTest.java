package io.tailrace.write.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.token.Identity;
import io.tailrace.write.measure.WriteMetrics;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Limits in virtual time, by the shipped contracts: chat 2000 and 20000, doc 500 and 10000. */
class PublishLimitsTest {
  private static final Map<String, Integer> ONE = Map.of("chat", 1);

  private long now = 1_000;
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final PublishLimits limits = limits(100);

  private PublishLimits limits(int usersMax) {
    return new PublishLimits(
        Contracts.shipped(), () -> now, usersMax, new WriteMetrics(new SimpleMeterRegistry()));
  }

  private static Identity user(String tenant, String name, String... roles) {
    return new Identity(tenant, name, null, Set.of(roles), null, Instant.MAX);
  }

  private static int granted(PublishLimits limits, Identity who, int tries) {
    int granted = 0;
    for (int i = 0; i < tries; i++) {
      if (limits.take(who, ONE) instanceof Taken.Granted) {
        granted++;
      }
    }
    return granted;
  }

  private void pass(long millis) {
    now += millis * 1_000_000;
  }

  @Test
  void aUserMayWriteASecondsWorthAtOnceAndThenAtTheRate() {
    Identity ann = user("demo", "ann");

    assertEquals(2_000, granted(limits, ann, 2_500));
    pass(100);
    assertEquals(200, granted(limits, ann, 2_500));
    pass(60_000);
    assertEquals(2_000, granted(limits, ann, 2_500));
  }

  @Test
  void anotherUserHasARateOfTheirOwnAndAnotherTenantToo() {
    granted(limits, user("demo", "ann"), 2_500);

    assertEquals(2_000, granted(limits, user("demo", "bob"), 2_500));
    assertEquals(2_000, granted(limits, user("acme", "ann"), 2_500));
  }

  @Test
  void anotherKindHasARateOfItsOwn() {
    Identity ann = user("demo", "ann");
    granted(limits, ann, 2_500);

    assertInstanceOf(Taken.Granted.class, limits.take(ann, Map.of("doc", 500)));
    assertInstanceOf(Taken.Limited.class, limits.take(ann, Map.of("doc", 1)));
  }

  @Test
  void usersTogetherHaveTheTenantsRate() {
    int granted = 0;
    for (int user = 0; user < 15; user++) {
      granted += granted(limits, user("demo", "user-" + user), 2_000);
    }

    assertEquals(20_000, granted);
    assertEquals(2_000, granted(limits, user("acme", "ann"), 2_500));
  }

  @Test
  void serversCountAgainstTheTenantAlone() {
    assertEquals(20_000, granted(limits, user("demo", "shop", Identity.PUBLISHER), 25_000));
    pass(1_000);
    assertEquals(20_000, granted(limits, user("demo", "root", Identity.ADMIN), 25_000));
    Taken.Limited ann =
        assertInstanceOf(Taken.Limited.class, limits.take(user("demo", "ann"), ONE));
    assertEquals("chat-tenant", ann.quota().policy());
  }

  @Test
  void aRefusalByTheTenantCostsTheUserNothing() {
    Identity ann = user("demo", "ann");
    limits.take(user("demo", "shop", Identity.PUBLISHER), Map.of("chat", 20_000));

    assertEquals(0, granted(limits, ann, 5_000));
    pass(1_000);
    assertEquals(2_000, granted(limits, ann, 2_500));
  }

  @Test
  void aTransactionIsCountedWholeOrNotAtAll() {
    Identity ann = user("demo", "ann");
    limits.take(ann, Map.of("doc", 450));

    Taken refused = limits.take(ann, Map.of("chat", 1_000, "doc", 51));

    assertInstanceOf(Taken.Limited.class, refused);
    assertEquals(2_000, granted(limits, ann, 2_500));
    assertInstanceOf(Taken.Granted.class, limits.take(ann, Map.of("doc", 50)));
  }

  @Test
  void theRefusalSaysWhenTheSameWishIsGranted() {
    Identity ann = user("demo", "ann");
    limits.take(ann, Map.of("chat", 2_000));

    Taken.Limited limited =
        assertInstanceOf(Taken.Limited.class, limits.take(ann, Map.of("chat", 100)));

    assertEquals(50, limited.retryAfterMs());
    assertEquals("\"chat-user\";q=2000;w=1", limited.quota().policyField());
    assertEquals("\"chat-user\";r=0;t=1", limited.quota().stateField());
    pass(limited.retryAfterMs() - 1);
    assertInstanceOf(Taken.Limited.class, limits.take(ann, Map.of("chat", 100)));
    pass(1);
    assertInstanceOf(Taken.Granted.class, limits.take(ann, Map.of("chat", 100)));
  }

  @Test
  void moreThanASecondsWorthPassesOnceAndLeavesADebt() {
    Identity ann = user("demo", "ann");

    assertInstanceOf(Taken.Granted.class, limits.take(ann, Map.of("doc", 600)));
    pass(200);
    assertInstanceOf(Taken.Limited.class, limits.take(ann, Map.of("doc", 1)));
    pass(2);
    assertInstanceOf(Taken.Granted.class, limits.take(ann, Map.of("doc", 1)));
  }

  @Test
  void nobodyGetsAFreshBucketByMakingMany() {
    PublishLimits small = limits(10);
    Identity ann = user("demo", "ann");
    granted(small, ann, 2_000);

    for (int user = 0; user < 200; user++) {
      small.take(user("demo", "made-up-" + user), ONE);
    }

    assertEquals(0, granted(small, ann, 100));
    assertTrue(small.users() <= 11, "buckets: " + small.users());
  }

  @Test
  void usersForWhomThereIsNoRoomShareOneRate() {
    PublishLimits small = limits(10);
    for (int user = 0; user < 10; user++) {
      small.take(user("demo", "early-" + user), Map.of("chat", 100));
    }

    int granted = 0;
    for (int user = 0; user < 5; user++) {
      granted += granted(small, user("demo", "late-" + user), 2_000);
    }

    assertEquals(2_000, granted);
    assertEquals(1_900, granted(small, user("demo", "early-1"), 2_000));
  }

  @Test
  void whoHasBeenSilentIsForgotten() {
    for (int user = 0; user < 90; user++) {
      limits.take(user("demo", "user-" + user), ONE);
    }
    pass(1_000);

    limits.take(user("demo", "ann"), ONE);

    assertEquals(1, limits.users());
  }

  @Test
  void aKindWithoutAContractIsNotCounted() {
    Taken taken = limits.take(user("demo", "ann"), Map.of("nokind", 1));

    assertNull(assertInstanceOf(Taken.Granted.class, taken).quota());
  }

  @Test
  void theMetricNamesNeitherUserNorTenant() {
    PublishLimits measured =
        new PublishLimits(Contracts.shipped(), () -> now, 10, new WriteMetrics(registry));
    granted(measured, user("demo", "ann"), 2_001);
    measured.take(user("demo", "shop", Identity.PUBLISHER), Map.of("chat", 20_000));

    assertEquals(1, refused("user"));
    assertEquals(1, refused("tenant"));
    assertTrue(
        registry.getMeters().stream()
            .noneMatch(meter ->
                meter.getId().toString().contains("ann")
                    || meter.getId().toString().contains("demo")));
  }

  private double refused(String whose) {
    return registry.get("tailrace.write.limited.requests").tag("limit", whose).counter().count();
  }
}
