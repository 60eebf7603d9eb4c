package io.tailrace.gateway.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tailrace.gateway.encode.Frame;
import io.tailrace.gateway.encode.Wire;
import io.tailrace.gateway.lane.SendQueue;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PortionsTest {
  private static final byte[] JSON = new byte[100];
  private static final long COST =
      0L + frame(1).bytes(Wire.WEB_SOCKET).length + SendQueue.ENTRY_BYTES;

  @Test
  void allAreHandedOverInOrderAndWrittenAfterEachPortion() {
    assertEquals(List.of("1-3", "write", "4-6", "write", "7-7"), split(new Portions(3 * COST), 7));
  }

  @Test
  void whatMakesAPortionFullIsWrittenThoughNothingFollows() {
    assertEquals(List.of("1-3", "write"), split(new Portions(3 * COST), 3));
  }

  @Test
  void anEventLargerThanAPortionIsOne() {
    assertEquals(List.of("1-1", "write", "2-2", "write"), split(new Portions(1), 2));
  }

  @Test
  void manySmallBatchesOfATurnFillAPortionTogether() {
    Portions portions = new Portions(3 * COST);
    assertEquals(List.of("1-2"), split(portions, 2));
    assertEquals(List.of("1-1", "write", "2-2"), split(portions, 2));
    portions.begin();
    assertEquals(List.of("1-2"), split(portions, 2));
  }

  private static List<String> split(Portions portions, int frames) {
    List<Frame> all = new ArrayList<>();
    for (int seq = 1; seq <= frames; seq++) {
      all.add(frame(seq));
    }
    List<String> seen = new ArrayList<>();
    portions.split(
        all,
        portion -> seen.add(portion.getFirst().seq() + "-" + portion.getLast().seq()),
        () -> seen.add("write"));
    return seen;
  }

  private static Frame frame(long seq) {
    return new Frame(new Frame.Place("demo/chat:a", 0, seq, 1, seq, seq), 0, 0, null, JSON);
  }
}
