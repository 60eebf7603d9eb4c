package io.tailrace.sequencer.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PartitionProgressTest {
  private final PartitionProgress progress = new PartitionProgress();

  @Test
  void markersBehindTheLastRecordCount() {
    progress.taken(10, true);
    progress.polled(new PartitionProgress.Polled(12, 14), 14);

    assertEquals(11, progress.position());
    progress.stored(12, true);

    assertEquals(14, progress.position());
  }

  @Test
  void aPartitionWithoutRecordsStandsWhereTheConsumerDoes() {
    progress.taken(-1, true);
    progress.polled(new PartitionProgress.Polled(-1, 3), 3);

    assertEquals(3, progress.position());
    assertTrue(progress.isCaughtUp());
  }

  @Test
  void isCaughtUpOnceItHasReachedWhereTheLogEndedFirst() {
    progress.taken(4, true);
    progress.polled(new PartitionProgress.Polled(8, 9), 20);
    progress.stored(8, true);
    assertFalse(progress.isCaughtUp());
    progress.polled(new PartitionProgress.Polled(18, 20), 35);

    progress.stored(18, true);

    assertTrue(progress.isCaughtUp());
  }

  @Test
  void startsAnewWhenThePartitionIsTakenAgain() {
    progress.taken(4, true);
    progress.polled(new PartitionProgress.Polled(-1, 5), 5);
    assertTrue(progress.isCaughtUp());

    progress.taken(9, true);

    assertFalse(progress.isCaughtUp());
    assertEquals(10, progress.position());
  }
}
