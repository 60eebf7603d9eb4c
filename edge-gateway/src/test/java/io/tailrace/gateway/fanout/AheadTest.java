package io.tailrace.gateway.fanout;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Those who have more than the stores wait for the feed, and not for the clock. */
final class AheadTest {
  private final OneShard shard = new OneShard(400);

  private void waitFor(String channel, long after) {
    shard.answer(shard.subscribe(shard.connect(1000), channel, after), 1);
  }

  @Test
  void theFrameThatSomebodyWaitsForMakesThemAskAgain() {
    waitFor("chat:a", 3);
    waitFor("chat:a", 4);
    waitFor("chat:b", 2);

    assertEquals(0, shard.see("chat:a", 2, 10).size());
    assertEquals(1, shard.see("chat:a", 3, 10).size(), "who has 3");
    assertEquals(1, shard.see("chat:a", 4, 10).size(), "who has 4");
    assertEquals(0, shard.see("chat:a", 5, 10).size());
    assertEquals(1, shard.see("chat:b", 2, 10).size(), "who waits in another room");
  }
}
