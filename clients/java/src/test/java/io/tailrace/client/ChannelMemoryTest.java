package io.tailrace.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.client.channel.ChannelAction;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChannelMemoryTest {
  private final ChannelMemory memory = new ChannelMemory(SomeEvents.CHANNEL, 3, null, true);

  @Test
  void itKeepsTheLatestAndSaysWhatItDropped() {
    deliver(1, 3);
    assertEquals(List.of(1L, 2L, 3L), seqs());
    assertTrue(kept().complete());
    deliver(4, 5);
    assertEquals(List.of(3L, 4L, 5L), seqs());
    assertFalse(kept().complete());
  }

  @Test
  void whatIsVoidIsForgotten() {
    deliver(1, 3);
    memory.take(new ChannelAction.TellReset(1, 2));
    assertEquals(List.of(1L, 2L), seqs());
    memory.take(new ChannelAction.TellReset(2, 0));
    assertEquals(List.of(), seqs());
    assertTrue(kept().complete());
  }

  @Test
  void aSnapshotReplacesAll() {
    deliver(1, 3);
    memory.take(
        new ChannelAction.TellSnapshot(
            new Snapshot(
                SomeEvents.CHANNEL, 1, 8, 0, List.of(SomeEvents.at(8), SomeEvents.at(7)))));
    deliver(9, 9);
    assertEquals(List.of(7L, 8L, 9L), seqs());
    assertTrue(kept().complete());
  }

  @Test
  void whoBeginsLaterMissesWhatWasBefore() {
    ChannelMemory later = new ChannelMemory(SomeEvents.CHANNEL, 3, null, false);
    assertFalse(later.cached(Place.after(5)).complete());
    ChannelMemory again = new ChannelMemory(SomeEvents.CHANNEL, 3, kept(), false);
    assertTrue(again.cached(Place.START).complete());
  }

  private void deliver(long from, long to) {
    for (long seq = from; seq <= to; seq++) {
      memory.take(new ChannelAction.Deliver(SomeEvents.at(seq)));
    }
  }

  private Cached kept() {
    return memory.cached(Place.START);
  }

  private List<Long> seqs() {
    return kept().events().stream().map(ChannelEvent::seq).toList();
  }
}
