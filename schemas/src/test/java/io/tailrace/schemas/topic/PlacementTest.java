package io.tailrace.schemas.topic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.testkit.ContractFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlacementTest {
  private static final int CHANNELS = 5000;
  private static final List<String> KINDS = List.of("chat", "doc", "feed", "inbox");

  @TempDir Path folder;

  private Placement own(String... kinds) throws IOException {
    return Placement.of(Contracts.load(ContractFiles.ownLogs(folder, kinds)));
  }

  /** The partitions that channels of each kind are in. */
  private static Map<String, Set<Integer>> used(Placement placement, int partitions) {
    Map<String, Set<Integer>> used = new HashMap<>();
    for (String kind : KINDS) {
      Set<Integer> places = new HashSet<>();
      for (int i = 0; i < CHANNELS; i++) {
        places.add(placement.partitionOf("acme/" + kind + ":" + i, partitions));
      }
      used.put(kind, places);
    }
    return used;
  }

  private static Set<Integer> range(int from, int to) {
    Set<Integer> range = new HashSet<>();
    for (int i = from; i < to; i++) {
      range.add(i);
    }
    return range;
  }

  @Test
  void withoutKindsOfTheirOwnAChannelIsWhereKafkaPutsItsName() {
    assertEquals(List.of(), Placement.of(Contracts.shipped()).own());
    for (int partitions : List.of(1, 4, 64)) {
      for (int i = 0; i < CHANNELS; i++) {
        String channel = "acme/" + KINDS.get(i % KINDS.size()) + ":" + i;
        assertEquals(
            BuiltInPartitioner.partitionForKey(channel.getBytes(UTF_8), partitions),
            Placement.SHARED.partitionOf(channel, partitions));
      }
    }
  }

  @Test
  void aKindOfItsOwnHasItsPartToItselfAndUsesAllOfIt() throws IOException {
    Placement placement = own("feed");

    Map<String, Set<Integer>> used = used(placement, 64);

    assertEquals(List.of("feed"), placement.own());
    assertEquals(range(32, 64), used.get("feed"));
    for (String other : List.of("chat", "doc", "inbox")) {
      assertEquals(range(0, 32), used.get(other), other);
    }
  }

  @Test
  void severalHaveEqualPartsAndTheOthersWhatIsLeft() throws IOException {
    Map<String, Set<Integer>> used = used(own("inbox", "chat"), 64);

    assertEquals(range(43, 64), used.get("chat"));
    assertEquals(range(22, 43), used.get("inbox"));
    assertEquals(range(0, 22), used.get("feed"));
    assertEquals(range(0, 22), used.get("doc"));
  }

  @Test
  void oneForEachAndOneForTheOthersIsEnough() throws IOException {
    Placement placement = own("chat", "doc", "feed");

    assertDoesNotThrow(() -> placement.requireRoom(4));
    Map<String, Set<Integer>> used = used(placement, 4);
    assertEquals(Set.of(3), used.get("chat"));
    assertEquals(Set.of(2), used.get("doc"));
    assertEquals(Set.of(1), used.get("feed"));
    assertEquals(Set.of(0), used.get("inbox"));
  }

  @Test
  void tooFewPartitionsAreRefusedWithWhatToDo() throws IOException {
    own("chat", "doc", "feed");

    IllegalArgumentException refusal =
        assertThrows(
            IllegalArgumentException.class, () -> TopicPlan.of(Contracts.load(folder), 3, 1));

    String told = String.valueOf(refusal.getMessage());
    assertTrue(told.contains("chat, doc, feed"), told);
    assertTrue(told.contains("kafka.partitions is 3: raise it"), told);
  }

  @Test
  void whatIsNoChannelIsAmongTheShared() throws IOException {
    Placement placement = own("feed");

    for (String name : List.of("", "feed", "feed:", "acme/feed", "feed/chat:x", "acme/chat:feed")) {
      int at = placement.partitionOf(name, 64);
      assertEquals(name.equals("feed:"), at >= 32, name);
    }
  }
}
