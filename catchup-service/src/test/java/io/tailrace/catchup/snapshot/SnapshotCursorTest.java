package io.tailrace.catchup.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.tailrace.sequencer.store.HistoryReader;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class SnapshotCursorTest {
  private static String text(String plain) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(plain.getBytes(UTF_8));
  }

  @Test
  void comesBackAsItWas() {
    SnapshotCursor behindSeq =
        new SnapshotCursor(2, Long.MAX_VALUE, -1, new HistoryReader.Cursor.BehindSeq(7));

    assertEquals(behindSeq, SnapshotCursor.decode(behindSeq.encode()));
  }

  @Test
  void holdsTheLongestEntity() {
    byte[] entity = "🎈".repeat(200).getBytes(UTF_8);
    SnapshotCursor cursor =
        new SnapshotCursor(
            Integer.MAX_VALUE, Long.MAX_VALUE, -1, new HistoryReader.Cursor.BehindEntity(entity));

    SnapshotCursor back = SnapshotCursor.decode(cursor.encode());

    assertNotNull(back);
    assertArrayEquals(entity, ((HistoryReader.Cursor.BehindEntity) back.from()).entity());
  }

  @Test
  void anythingElseIsNone() {
    assertNull(SnapshotCursor.decode(""));
    assertNull(SnapshotCursor.decode("%%%"));
    assertNull(SnapshotCursor.decode(text("1.2.0000000000000003")));
    assertNull(SnapshotCursor.decode(text("0.2.0000000000000003.s1")));
    assertNull(SnapshotCursor.decode(text("1.-2.0000000000000003.s1")));
    assertNull(SnapshotCursor.decode(text("1.2.003.s1")));
    assertNull(SnapshotCursor.decode(text("1.2.0000000000000003.x1")));
    assertNull(SnapshotCursor.decode(text("1.2.0000000000000003.e1")));
    assertNull(SnapshotCursor.decode(text("1.2.0000000000000003.")));
    assertNull(SnapshotCursor.decode("A".repeat(5000)));
  }
}
