package io.tailrace.load.oracle;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.schemas.event.Envelope;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whichever way an event came, and whoever delivered it: the oracle looks at it, and can fail. */
class EveryWayTest {
  private static final int EVENTS = 4;

  private final Reference committed = new Reference(1);

  EveryWayTest() {
    for (int n = 1; n <= EVENTS; n++) {
      var envelope =
          new Envelope(id(n).toString(), "t", null, "ada", "2026-11-25T04:30:26.000000Z", null);
      committed.append(envelope, "{}".getBytes(StandardCharsets.UTF_8));
    }
  }

  @ParameterizedTest
  @EnumSource(Via.class)
  void whatIsRightHolds(Via via) {
    assertInstanceOf(Verdict.Holds.class, judge(seen(via)));
  }

  @ParameterizedTest
  @EnumSource(Via.class)
  void aLostEventIsFound(Via via) {
    var seen = seen(via);
    seen.remove(1);

    expect(seen, "a gap: after seq 1 came seq 3 (" + via);
  }

  @ParameterizedTest
  @EnumSource(Via.class)
  void aDoubledEventIsFound(Via via) {
    var seen = seen(via);
    seen.add(2, seen.get(1));

    expect(seen, via + ": doubled");
  }

  @ParameterizedTest
  @EnumSource(Via.class)
  void aGhostIsFound(Via via) {
    var seen = seen(via);
    seen.set(3, new Sighting(4, id(9), 1, 1, via));

    expect(seen, via + ": a ghost");
  }

  @ParameterizedTest
  @EnumSource(Via.class)
  void aChangedEventIsFound(Via via) {
    var seen = seen(via);
    seen.set(2, new Sighting(3, id(3), committed.at(3).chain(), 7, via));

    expect(seen, via + ": changed");
  }

  @ParameterizedTest
  @EnumSource(Via.class)
  void anotherChainIsFound(Via via) {
    var seen = seen(via);
    seen.set(2, new Sighting(3, id(3), 7, committed.at(3).content(), via));

    expect(seen, via + ": wrong chain");
  }

  private List<Sighting> seen(Via via) {
    var all = new ArrayList<Sighting>();
    for (int n = 1; n <= EVENTS; n++) {
      var event = committed.at(n);
      all.add(new Sighting(n, event.id(), event.chain(), event.content(), via));
    }
    return all;
  }

  private void expect(List<Sighting> seen, String words) {
    var found = assertInstanceOf(Verdict.Broken.class, judge(seen)).counterexample().sentence();
    assertTrue(found.contains(words), found);
  }

  private Verdict judge(List<Sighting> seen) {
    var witness = new Witness("subscriber", 0, true, 1, seen);
    return Oracle.judge(
        List.of(
            new ChannelRun(
                "demo/chat:room",
                committed,
                List.of(),
                Set.of(),
                List.of(witness),
                List.of(),
                List.of(),
                List.of())));
  }

  private static UUID id(int n) {
    return new UUID(0, n);
  }
}
