package io.tailrace.sequencer.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.testkit.HostileNames;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Whatever somebody calls channels and entities, and wherever their cursor claims to stand: a range
 * of keys holds what is its channel's, and nothing else.
 */
class HostileKeysTest {
  private static final int TRIES = HostileNames.tries(300_000);

  private final HostileNames names = new HostileNames(HostileNames.seed());
  private final Random random = names.random();

  private Channel channel() {
    while (true) {
      Channel channel = Channel.parse(names.tenant(), names.any());
      if (channel != null) {
        return channel;
      }
    }
  }

  /** Entities as events name them, and bytes as a forged cursor could hold them. */
  private byte[] entity() {
    if (random.nextBoolean()) {
      return names.any().getBytes(UTF_8);
    }
    byte[] bytes = new byte[random.nextInt(300)];
    if (random.nextBoolean()) {
      Arrays.fill(bytes, (byte) (random.nextBoolean() ? 0xff : 0));
    } else {
      random.nextBytes(bytes);
    }
    return bytes;
  }

  @Test
  void aRangeHoldsItsOwnChannelAndNoOther() {
    for (int i = 0; i < TRIES; i++) {
      Channel one = channel();
      Channel other = channel();
      // Any number: a cursor is read before it is believed.
      byte[] event = HistoryKeys.event(other, random.nextInt(), random.nextLong());
      byte[] entity = HistoryKeys.entity(other, entity());
      byte[] head = HistoryKeys.head(other);
      boolean same = one.equals(other);

      assertEquals(same, isWithin(HistoryKeys.events(one), event), () -> one + " and " + other);
      assertEquals(same, isWithin(HistoryKeys.entities(one), entity), () -> one + " and " + other);
      assertEquals(same, Arrays.equals(HistoryKeys.head(one), head), () -> one + " and " + other);
      assertFalse(isWithin(HistoryKeys.events(one), entity));
      assertFalse(isWithin(HistoryKeys.entities(one), event));
      assertFalse(isWithin(HistoryKeys.events(one), head));
    }
  }

  @Test
  void aKeyOfAChannelIsReadAsThatChannel() {
    for (int i = 0; i < TRIES; i++) {
      Channel channel = channel();
      byte[] entity = entity();

      assertEquals(channel, HistoryKeys.channelOf(HistoryKeys.head(channel)));
      assertTrue(
          Arrays.equals(
              entity, HistoryKeys.entityOf(channel, HistoryKeys.entity(channel, entity))));
    }
  }

  private static boolean isWithin(byte[] prefix, byte[] key) {
    return Arrays.compareUnsigned(key, prefix) >= 0
        && Arrays.compareUnsigned(key, HistoryKeys.above(prefix)) < 0;
  }
}
