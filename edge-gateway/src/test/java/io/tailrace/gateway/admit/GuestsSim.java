package io.tailrace.gateway.admit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.schemas.token.Identity;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/**
 * Connections come, say who they are, are refused and go, in any order: nothing is ever left over.
 */
final class GuestsSim {
  private static final int STEPS = 20_000;
  private static final long SECOND = 1_000_000_000L;

  private record Open(
      Guests.Place place, String address, @Nullable Identity who, @Nullable String device) {}

  private static Identity identity(Random random) {
    return new Identity(
        "t" + random.nextInt(3),
        "u" + random.nextInt(5),
        random.nextInt(3) == 0 ? "token-device" : null,
        Set.of(),
        null,
        Instant.EPOCH);
  }

  @RepeatedTest(5)
  void placesAreNeverMoreThanTheBoundsAndAllComeBack() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    Guests guests = new Guests(new Guests.Limits(4, 3, 6, 12, 0, 0));
    List<Open> open = new ArrayList<>();
    int refused = 0;
    for (int step = 0; step < STEPS; step++) {
      if (!open.isEmpty() && random.nextInt(5) < 2) {
        Open gone = open.remove(random.nextInt(open.size()));
        gone.place().leave();
        gone.place().leave(); // an end may be told twice
        continue;
      }
      Guests.Place place = guests.place();
      String address = "10.0.0." + random.nextInt(4);
      if (guests.enter(InetAddress.ofLiteral(address), place, step) != null) {
        refused++;
        place.leave();
        continue;
      }
      if (random.nextInt(4) == 0) {
        open.add(new Open(place, address, null, null)); // never says hello
        continue;
      }
      Identity who = identity(random);
      String named = random.nextBoolean() ? "d" + random.nextInt(2) : null;
      if (guests.identify(who, named, place, step) != null) {
        refused++;
        place.leave();
        continue;
      }
      open.add(new Open(place, address, who, who.device() == null ? named : who.device()));
      assertBounds(open, "seed " + seed + ", step " + step);
    }
    assertTrue(refused > STEPS / 100, "seed " + seed + ": the bounds were met");
    open.forEach(each -> each.place().leave());
    assertEquals(0, guests.kept(), "seed " + seed);
  }

  private static void assertBounds(List<Open> open, String when) {
    assertMost(6, open.stream().map(Open::address).toList(), when);
    List<String> tenants = new ArrayList<>();
    List<String> users = new ArrayList<>();
    List<String> devices = new ArrayList<>();
    for (Open each : open) {
      Identity who = each.who();
      if (who != null) {
        tenants.add(who.tenant());
        users.add(who.tenant() + who.user());
        if (each.device() != null) {
          devices.add(who.tenant() + who.user() + each.device());
        }
      }
    }
    assertMost(12, tenants, when);
    assertMost(4, users, when);
    assertMost(3, devices, when);
  }

  private static void assertMost(int most, List<String> keys, String when) {
    Map<String, Long> counts =
        keys.stream().collect(Collectors.groupingBy(key -> key, Collectors.counting()));
    counts.forEach((key, count) -> assertTrue(count <= most, when + ": " + key + " has " + count));
  }

  /** Nobody who could have had a place is refused, either. */
  @Test
  void aBoundIsReachedExactly() {
    Guests guests = new Guests(new Guests.Limits(0, 0, 3, 0, 0, 0));
    InetAddress address = InetAddress.ofLiteral("10.0.0.1");
    List<Guests.Place> places = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Guests.Place place = guests.place();
      assertEquals(null, guests.enter(address, place, 0));
      places.add(place);
    }
    Guests.Place fourth = guests.place();
    Guests.Refusal refusal = guests.enter(address, fourth, 0);
    assertEquals("address_full", refusal == null ? "" : refusal.reason());
    fourth.leave();
    places.getFirst().leave();
    assertEquals(null, guests.enter(address, guests.place(), 0));
  }

  @Test
  void gatesOfManyAddressesAreForgottenWhenTheyHaveNothingToRemember() {
    KeyedGates<Integer> gates = new KeyedGates<>(() -> RateGate.ofSecond(2), 1000);
    for (int i = 0; i < 10_000; i++) {
      assertEquals(0, gates.take(i, 0));
      assertTrue(gates.size() <= 1000, "of those who come at once " + gates.size());
    }
    for (int i = 0; i < 600; i++) {
      gates.take(-1 - i, SECOND * 100 + i);
    }
    assertTrue(gates.size() <= 601, "the old ones are gone: " + gates.size());
  }

  @Test
  void anAddressIsHeldToItsRateHoweverManyOthersCome() {
    KeyedGates<Integer> gates = new KeyedGates<>(() -> RateGate.ofSecond(2), 1000);
    assertEquals(0, gates.take(7, 0));
    assertEquals(0, gates.take(7, 0));
    for (int i = 1000; i < 1500; i++) {
      gates.take(i, 0);
    }
    assertTrue(gates.take(7, 1) > 0);
    assertEquals(0, gates.take(7, SECOND * 60));
  }
}
