package io.tailrace.catchup.snapshot;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.tailrace.schemas.name.Channel;
import io.tailrace.sequencer.store.HistoryReader;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SnapshotCursorTest {
  private static final Channel CHANNEL = new Channel("acme", "chat", "a");
  private static final CursorSeal SEAL = new CursorSeal(new byte[32]);

  private static String text(String plain) {
    return SEAL.seal(CHANNEL, plain);
  }

  private static @Nullable SnapshotCursor decode(String text) {
    return SnapshotCursor.decode(SEAL, CHANNEL, text);
  }

  @Test
  void comesBackAsItWas() {
    SnapshotCursor behindSeq =
        new SnapshotCursor(2, Long.MAX_VALUE, -1, new HistoryReader.Cursor.BehindSeq(7));

    assertEquals(behindSeq, decode(behindSeq.encode(SEAL, CHANNEL)));
  }

  @Test
  void holdsTheLongestEntity() {
    byte[] entity = "🎈".repeat(200).getBytes(UTF_8);
    SnapshotCursor cursor =
        new SnapshotCursor(
            Integer.MAX_VALUE, Long.MAX_VALUE, -1, new HistoryReader.Cursor.BehindEntity(entity));

    SnapshotCursor back = decode(cursor.encode(SEAL, CHANNEL));

    assertNotNull(back);
    assertArrayEquals(entity, ((HistoryReader.Cursor.BehindEntity) back.from()).entity());
  }

  @Test
  void anythingElseIsNone() {
    assertNull(decode(""));
    assertNull(decode("%%%"));
    assertNull(decode(text("1.2.0000000000000003")));
    assertNull(decode(text("0.2.0000000000000003.s1")));
    assertNull(decode(text("1.-2.0000000000000003.s1")));
    assertNull(decode(text("1.2.003.s1")));
    assertNull(decode(text("1.2.0000000000000003.x1")));
    assertNull(decode(text("1.2.0000000000000003.e1")));
    assertNull(decode(text("1.2.0000000000000003.")));
    assertNull(decode("A".repeat(5000)));
  }

  @Test
  void isReadableToNobodyAndGoodForNoOtherChannel() {
    SnapshotCursor cursor =
        new SnapshotCursor(
            1, 2, 3, new HistoryReader.Cursor.BehindEntity("secret-name".getBytes(UTF_8)));

    String sealed = cursor.encode(SEAL, CHANNEL);

    String plain = new String(Base64.getUrlDecoder().decode(sealed), ISO_8859_1);
    assertFalse(plain.contains("secret-name") || plain.contains("7365637265742d6e616d65"), plain);
    assertEquals(sealed, cursor.encode(new CursorSeal(new byte[32]), CHANNEL));
    assertNull(SnapshotCursor.decode(SEAL, new Channel("acme", "chat", "b"), sealed));
    byte[] other = new byte[32];
    other[0] = 1;
    assertNull(SnapshotCursor.decode(new CursorSeal(other), CHANNEL, sealed));
    assertNull(decode(Base64.getUrlEncoder().withoutPadding().encodeToString(new byte[20])));
  }
}
