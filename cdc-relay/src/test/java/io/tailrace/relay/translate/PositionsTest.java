package io.tailrace.relay.translate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tailrace.schemas.event.Position;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PositionsTest {
  private final Positions positions = new Positions(2, 3, 1000);

  private static SourceRow row(long xid, @Nullable Long previousCommit) {
    return new SourceRow("id", "t", "chat:a", "x", null, null, "1", null, xid, previousCommit, 0);
  }

  @Test
  void theFirstTransactionIsAfterTheStreamsStart() {
    assertEquals(new Position(2, 3, 1000, 7, 0), positions.next(row(7, null)));
  }

  @Test
  void theFirstTransactionMayFollowARelayMessage() {
    assertEquals(new Position(2, 3, 1200, 7, 0), positions.next(row(7, 1200L)));
  }

  @Test
  void rowsOfATransactionAreCounted() {
    positions.next(row(7, null));

    assertEquals(new Position(2, 3, 1000, 7, 1), positions.next(row(7, null)));
  }

  @Test
  void theNextTransactionIsAfterThePreviousCommit() {
    positions.next(row(7, null));

    assertEquals(new Position(2, 3, 1100, 6, 0), positions.next(row(6, 1100L)));
  }

  @Test
  void aMissingCommitIsNeverGuessed() {
    positions.next(row(7, null));

    assertThrows(IllegalStateException.class, () -> positions.next(row(8, null)));
  }

  @Test
  void aCommitThatRunsBackIsRefused() {
    positions.next(row(7, null));
    positions.next(row(8, 1100L));

    assertThrows(IllegalStateException.class, () -> positions.next(row(9, 1100L)));
  }
}
