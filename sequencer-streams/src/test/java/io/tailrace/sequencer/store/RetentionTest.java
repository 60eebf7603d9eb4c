package io.tailrace.sequencer.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class RetentionTest {
  private static Head head(long seq, long first) {
    return new Head(1, seq, 0, first, seq);
  }

  @Test
  void keepsAtLeastSoManyEventsAndWholePages() {
    Retention keep = new Retention(1000, Long.MAX_VALUE);

    assertEquals(1, keep.firstKept(head(999, 1), 0, _ -> 0));
    assertEquals(1, keep.firstKept(head(1255, 1), 0, _ -> 0));
    assertEquals(257, keep.firstKept(head(1256, 1), 0, _ -> 0));
    assertEquals(9 * 256 + 1, keep.firstKept(head(3400, 257), 0, _ -> 0));
  }

  @Test
  void neverGoesBack() {
    assertEquals(513, new Retention(1000, Long.MAX_VALUE).firstKept(head(1300, 513), 0, _ -> 0));
  }

  @Test
  void dropsPagesWhoseNewestEventIsTooOld() {
    Retention keep = new Retention(Long.MAX_VALUE, 100);

    // Event n was committed at n; the newest is 1000, so 900 is the oldest that is kept.
    assertEquals(769, keep.firstKept(head(1000, 1), 1000, seq -> seq));
    assertEquals(769, keep.firstKept(head(1000, 300), 1000, seq -> seq));
    assertEquals(1, keep.firstKept(head(1000, 1), 1000, _ -> 950));
  }

  @Test
  void doesNotDropTheNewestPage() {
    assertEquals(1, new Retention(Long.MAX_VALUE, 100).firstKept(head(256, 1), 1_000_000, _ -> 0));
  }

  @Test
  void aSilentChannelLosesAllOnceItsNewestEventIsTooOld() {
    Retention keep = new Retention(Long.MAX_VALUE, 100);

    assertEquals(1, keep.firstKeptAt(110, head(10, 1), seq -> seq));
    assertEquals(11, keep.firstKeptAt(111, head(10, 1), seq -> seq));
    assertEquals(11, keep.firstKeptAt(999, head(10, 11), seq -> seq));
  }

  @Test
  void aSilentChannelLosesWholePagesWhileItsNewestEventIsYoungEnough() {
    Retention keep = new Retention(Long.MAX_VALUE, 100);

    assertEquals(257, keep.firstKeptAt(357, head(300, 1), seq -> seq));
    assertEquals(1, keep.firstKeptAt(356, head(300, 1), seq -> seq));
    assertEquals(1, Retention.ALL.firstKeptAt(Long.MAX_VALUE, head(300, 1), seq -> seq));
  }
}
