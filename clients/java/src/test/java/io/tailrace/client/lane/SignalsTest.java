package io.tailrace.client.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.client.Signal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SignalsTest {
  private final Signals signals = new Signals();

  private void hear(String user, String type, String data, long ttlMs, long nowMs) {
    signals.hear(new Signal(user, null, type, data), ttlMs, nowMs);
  }

  private List<String> shown() {
    return signals.shown().stream().map(one -> one.user() + ' ' + one.data()).toList();
  }

  @Test
  void theLatestOfEachUserAndTypeIsShownUntilItExpires() {
    hear("ann", "typing", "1", 5000, 0);
    hear("bob", "typing", "2", 5000, 100);
    hear("ann", "cursor", "3", 5000, 200);
    hear("ann", "typing", "4", 1000, 300);
    assertEquals(List.of("bob 2", "ann 3", "ann 4"), shown());
    assertEquals(1300, signals.nextMs());
    assertFalse(signals.expire(1299));
    assertTrue(signals.expire(1300));
    assertEquals(List.of("bob 2", "ann 3"), shown());
    assertEquals(5100, signals.nextMs());
    hear("bob", "typing", "5", 5000, 5000);
    assertFalse(signals.expire(5100), "said again in time");
    assertTrue(signals.expire(20_000));
    assertEquals(List.of(), shown());
    assertEquals(Receipts.NEVER, signals.nextMs());
  }

  @Test
  void howeverManySpeakWhatIsShownIsBounded() {
    for (int i = 0; i < Signals.SHOWN_MAX + 5; i++) {
      hear("u" + i, "typing", "1", 5000, 0);
    }
    assertEquals(Signals.SHOWN_MAX, signals.shown().size());
    assertEquals("u5", signals.shown().getFirst().user());
  }

  @Test
  void ofMoreTypesThanMayWaitTheOldestGo() {
    signals.pacedAt(1);
    signals.say(new Signals.Said("first", "0"));
    assertEquals(1, signals.next(0).size());
    for (int i = 0; i < Signals.HELD_MAX + 3; i++) {
      signals.say(new Signals.Said("t" + i, "0"));
      assertEquals(List.of(), signals.next(0));
    }
    List<String> said = new ArrayList<>();
    for (long nowMs = 0; signals.nextMs() != Receipts.NEVER; nowMs = signals.nextMs()) {
      signals.next(nowMs).forEach(one -> said.add(one.type()));
    }
    assertEquals(Signals.HELD_MAX, said.size());
    assertEquals("t3", said.getFirst());
  }

  @Test
  void silencedOrClearedNothingThatWaitsIsSaid() {
    signals.pacedAt(1);
    for (int i = 0; i < 5; i++) {
      signals.say(new Signals.Said("t" + i, "0"));
    }
    assertEquals(1, signals.next(0).size());
    hear("bob", "typing", "1", 5000, 0);
    signals.silence();
    assertEquals(List.of(), signals.next(100_000));
    assertEquals(List.of("bob 1"), shown());
    signals.clear();
    assertEquals(List.of(), shown());
    assertEquals(Receipts.NEVER, signals.nextMs());
  }

  @Test
  void neverFasterThanAllowedAndTheLatestOfEachTypeAlwaysGoesOut() {
    long seed = Long.getLong("tailrace.seed", System.nanoTime());
    Random random = new Random(seed);
    String at = "-Dtailrace.seed=" + seed;
    int perSecond = 1 + random.nextInt(10);
    signals.pacedAt(perSecond);
    Map<String, Integer> latest = new HashMap<>();
    Map<String, Integer> out = new HashMap<>();
    List<Long> times = new ArrayList<>();
    long nowMs = 0;
    for (int i = 0; i < 3000; i++) {
      nowMs += random.nextInt(60);
      String type = "t" + random.nextInt(5);
      latest.put(type, i);
      signals.say(new Signals.Said(type, Integer.toString(i)));
      if (random.nextInt(3) > 0) {
        take(out, times, nowMs, at);
      }
    }
    while (signals.nextMs() != Receipts.NEVER) {
      nowMs = Math.max(nowMs, signals.nextMs());
      take(out, times, nowMs, at);
    }
    assertEquals(latest, out, at);
    assertTrue(times.size() < 3000, () -> "nothing had to wait: " + at);
    for (long from : times) {
      // A second's worth may have been saved, and a second's worth is earned.
      long within = times.stream().filter(one -> one >= from && one < from + 1000).count();
      assertTrue(within <= 2L * perSecond, () -> within + " of " + perSecond + ": " + at);
    }
  }

  private void take(Map<String, Integer> out, List<Long> times, long nowMs, String at) {
    for (Signals.Said said : signals.next(nowMs)) {
      int number = Integer.parseInt(said.data());
      assertTrue(number > out.getOrDefault(said.type(), -1), () -> "went back: " + at);
      out.put(said.type(), number);
      times.add(nowMs);
    }
  }
}
