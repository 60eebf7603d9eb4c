package io.tailrace.catchup.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.testkit.HostileNames;
import io.tailrace.sequencer.store.HistoryReader;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Whatever is sent as a cursor is one of its channel, with bounds, or none; never a fault. */
class HostileCursorTest {
  private static final int TRIES = HostileNames.tries(30_000);
  private static final CursorSeal SEAL = new CursorSeal(new byte[32]);

  private final HostileNames names = new HostileNames(HostileNames.seed());

  private Channel channel() {
    return Objects.requireNonNull(Channel.parse(names.tenant(), names.channel()));
  }

  /** Also where the seal is right: what it holds is checked like any other input. */
  @Test
  void aCursorIsNoneOrAPlaceWithinBounds() {
    int taken = 0;
    for (int i = 0; i < TRIES; i++) {
      Channel channel = channel();
      String plain = plain();
      String text = SEAL.seal(channel, plain);

      SnapshotCursor cursor = SnapshotCursor.decode(SEAL, channel, text);

      if (cursor != null) {
        taken++;
        assertTrue(cursor.epoch() >= 1 && cursor.seq() >= 0, plain);
        String again = cursor.encode(SEAL, channel);
        SnapshotCursor read = SnapshotCursor.decode(SEAL, channel, again);
        assertNotNull(read, plain);
        assertEquals(again, read.encode(SEAL, channel));
      }
    }
    assertTrue(taken > 0);
  }

  @Test
  void aCursorOfAnotherChannelIsNone() {
    for (int i = 0; i < TRIES; i++) {
      Channel one = channel();
      Channel other = channel();
      String cursor = SEAL.seal(one, "1.1.0000000000000000.s1");

      assertNotNull(SnapshotCursor.decode(SEAL, one, cursor));
      if (!one.equals(other)) {
        assertNull(SnapshotCursor.decode(SEAL, other, cursor), () -> one + " for " + other);
      }
      assertNull(SnapshotCursor.decode(SEAL, one, names.any()));
      String changed = cursor.charAt(0) == 'A' ? "B" : "A";
      assertNull(SnapshotCursor.decode(SEAL, one, changed + cursor.substring(1)));
    }
  }

  @Test
  void anEntityComesBackByteForByte() {
    for (int i = 0; i < TRIES; i++) {
      byte[] entity = names.any().getBytes(UTF_8);
      if (entity.length > 800) {
        continue; // longer than an entity may be
      }
      Channel channel = channel();
      SnapshotCursor cursor =
          new SnapshotCursor(
              1, i, names.random().nextLong(), new HistoryReader.Cursor.BehindEntity(entity));

      SnapshotCursor read = SnapshotCursor.decode(SEAL, channel, cursor.encode(SEAL, channel));

      assertNotNull(read);
      assertEquals(cursor.chain(), read.chain());
      if (read.from() instanceof HistoryReader.Cursor.BehindEntity(byte[] back)) {
        assertArrayEquals(entity, back);
      } else {
        throw new AssertionError(read.from());
      }
    }
  }

  private String plain() {
    String part =
        names.pick("1", "0", "-1", "2147483648", "+1", "", "9223372036854775807", "1e3", "\uff11")
            + "."
            + names.pick("1", "0", "-1", "9223372036854775808", "42")
            + "."
            + names.pick("0000000000000000", "0123456789abcdef", "xyz", "")
            + "."
            + names.pick("e61", "e", "s1", "s-1", "ezz", "", "x", "efff", "s" + Long.MIN_VALUE);
    return names.random().nextInt(3) == 0 ? names.twisted(part) : part;
  }
}
