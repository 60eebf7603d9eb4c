package io.tailrace.relay.translate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class RowReaderTest {
  @Test
  void theFirstPartIsThePreviousCommit() {
    assertEquals(26709896L, RowReader.previousCommit("[\"26709896\",\"26709952\"]"));
  }

  @Test
  void aStreamThatBroughtNoCommitNamesNone() {
    assertNull(RowReader.previousCommit("[null,\"26709952\"]"));
  }

  @Test
  void anythingElseIsRefused() {
    assertThrows(IllegalStateException.class, () -> RowReader.previousCommit("26709952"));
  }
}
