package io.tailrace.sequencer.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.schemas.name.Channel;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

/** Properties of the keys, over random channels, entities and numbers. */
class HistoryKeysTest {
  private static final String LETTERS = "ab0-";
  private final RandomGenerator random =
      RandomGeneratorFactory.of("L64X128MixRandom").create(20261125);

  private String name(int most) {
    StringBuilder name = new StringBuilder("a");
    for (int i = random.nextInt(most); i > 0; i--) {
      name.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return name.toString();
  }

  /** Names that are often each other's beginnings. */
  private Channel channel() {
    return new Channel(name(3), name(3), name(4));
  }

  private long number() {
    return random.nextLong() >>> 1 + random.nextInt(62);
  }

  @Test
  void eventsOfAChannelAreInOrderOfEpochAndSeq() {
    for (int i = 0; i < 20_000; i++) {
      Channel channel = channel();
      int epochA = random.nextInt(1, 5);
      int epochB = random.nextInt(1, 5);
      long seqA = number();
      long seqB = number();

      int order =
          Arrays.compareUnsigned(
              HistoryKeys.event(channel, epochA, seqA), HistoryKeys.event(channel, epochB, seqB));

      int expected = epochA == epochB ? Long.compare(seqA, seqB) : Integer.compare(epochA, epochB);
      assertEquals(Integer.signum(expected), Integer.signum(order));
    }
  }

  @Test
  void noChannelsKeysLieWithinAnothers() {
    for (int i = 0; i < 20_000; i++) {
      Channel a = channel();
      Channel b = channel();
      if (a.equals(b)) {
        continue;
      }
      byte[] from = HistoryKeys.events(a);
      byte[] key = HistoryKeys.event(b, random.nextInt(1, 5), number());
      byte[] entity = new byte[random.nextInt(5)];
      random.nextBytes(entity);
      byte[] entityKey = HistoryKeys.entity(b, entity);
      byte[] entitiesFrom = HistoryKeys.entities(a);

      assertTrue(isOutside(key, from, HistoryKeys.above(from)));
      assertTrue(isOutside(entityKey, entitiesFrom, HistoryKeys.above(entitiesFrom)));
      assertTrue(isOutside(HistoryKeys.head(b), from, HistoryKeys.above(from)));
    }
  }

  private static boolean isOutside(byte[] key, byte[] from, byte[] to) {
    return Arrays.compareUnsigned(key, from) < 0 || Arrays.compareUnsigned(key, to) >= 0;
  }

  @Test
  void whatWasPutInComesOut() {
    for (int i = 0; i < 5_000; i++) {
      Channel channel = channel();
      long seq = number();
      byte[] entity = new byte[random.nextInt(40)];
      random.nextBytes(entity);

      assertEquals(seq, HistoryKeys.seqOf(HistoryKeys.event(channel, 1, seq)));
      assertEquals(channel, HistoryKeys.channelOf(HistoryKeys.head(channel)));
      assertArrayEquals(entity, HistoryKeys.entityOf(channel, HistoryKeys.entity(channel, entity)));
    }
  }

  @Test
  void theLongestNamesFit() {
    Channel longest =
        new Channel(
            "t".repeat(Channel.TENANT_LENGTH_MAX),
            "k".repeat(Channel.KIND_LENGTH_MAX),
            "i".repeat(Channel.ID_LENGTH_MAX));

    assertEquals(7, HistoryKeys.seqOf(HistoryKeys.event(longest, 1, 7)));
  }

  @Test
  void aboveAPrefixIsAboveEveryKeyWithIt() {
    assertArrayEquals(new byte[] {2}, HistoryKeys.above(new byte[] {1, (byte) 0xff}));
    assertArrayEquals(new byte[] {1, 3}, HistoryKeys.above(new byte[] {1, 2}));
  }
}
