package io.tailrace.load.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RandomFaultsTest {

  @Test
  void everyKindComesToLiveConnections() {
    assertEquals(
        Set.of(
            "untouched",
            "cut in the handshake",
            "cut after subscribed",
            "cut in a frame",
            "half-open",
            "buffered",
            "delayed"),
        kinds(true));
  }

  @Test
  void whatIsReadOverHttpIsCutInItsPages() {
    assertEquals(
        Set.of("untouched", "cut in the handshake", "cut in a page", "half-open", "delayed"),
        kinds(false));
  }

  @Test
  void theSeedDecides() {
    assertEquals(first(new RandomFaults(new Random(7))), first(new RandomFaults(new Random(7))));
  }

  private static Set<String> kinds(boolean isLive) {
    var plan = new RandomFaults(new Random(1));
    return Stream.generate(() -> plan.next(isLive).words()).limit(40).collect(Collectors.toSet());
  }

  private static String first(FaultPlan plan) {
    return Stream.generate(() -> plan.next(true).toString())
        .limit(20)
        .collect(Collectors.joining());
  }
}
