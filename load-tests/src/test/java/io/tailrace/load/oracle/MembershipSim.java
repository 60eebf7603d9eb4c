package io.tailrace.load.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.load.oracle.Access.Reach;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random channels, walked through event by event with nothing but a set of members; whoever saw
 * what that walk says holds, and one event more or less is found.
 */
class MembershipSim {
  private static final int ROOMS = 400;
  private static final List<String> USERS = List.of("ada", "bob", "eve", "kim");

  private final long seed = new Random().nextInt();
  private final Random random = new Random(seed);

  /** What each may see, by user: true at each seq that is for them. */
  private record Walked(WatchedRoom room, Map<String, boolean[]> sees) {
    boolean[] of(String user) {
      return Objects.requireNonNull(sees.get(user));
    }
  }

  @Test
  void spansAreWhatAWalkFinds() {
    for (int n = 0; n < ROOMS; n++) {
      var walked = walk();
      for (var user : USERS) {
        var sees = walked.of(user);
        for (int seq = 1; seq < sees.length; seq++) {
          boolean found = walked.room().committed.members().at(user, seq) != null;
          assertEquals(sees[seq], found, "seed " + seed + ", " + user + " at " + seq);
        }
      }
    }
  }

  @Test
  void whoSeesAllOfTheirsHolds() {
    for (int n = 0; n < ROOMS; n++) {
      var walked = walk();
      for (var user : USERS) {
        walked.room().followed(user, Reach.ALL, pieces(walked, walked.of(user)));
      }
      assertInstanceOf(Verdict.Holds.class, walked.room().judge(), "seed " + seed);
    }
  }

  /** Of all that one sees, one event is added that is not theirs, or one left out that is. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void oneEventTooManyOrTooFewIsFound(boolean isTooMany) {
    int tried = 0;
    for (int n = 0; n < ROOMS; n++) {
      var walked = walk();
      var user = USERS.get(random.nextInt(USERS.size()));
      var sees = walked.of(user);
      int seq = 1 + random.nextInt(sees.length - 1);
      var last = walked.room().committed.members().last(user);
      if (sees[seq] == isTooMany || !isTooMany && (last == null || seq < last.from())) {
        continue;
      }
      tried++;
      sees[seq] = isTooMany;

      walked.room().followed(user, Reach.ALL, pieces(walked, sees));

      var broken = assertInstanceOf(Verdict.Broken.class, walked.room().judge(), "seed " + seed);
      assertEquals(seq, broken.counterexample().seq(), "seed " + seed);
      assertEquals(isTooMany ? 6 : 1, broken.counterexample().invariant(), "seed " + seed);
    }
    assertTrue(tried > 10, "seed " + seed + ": " + tried);
  }

  private Walked walk() {
    int events = 5 + random.nextInt(40);
    var room = new WatchedRoom(USERS.toArray(String[]::new));
    Map<String, boolean[]> sees = new HashMap<>();
    USERS.forEach(user -> sees.put(user, new boolean[events + 1]));
    var members = new ArrayList<String>();
    boolean isClosed = false;
    for (int seq = 1; seq <= events; seq++) {
      var user = USERS.get(random.nextInt(USERS.size()));
      int dice = random.nextInt(10);
      if (dice < 2) {
        isClosed = true;
        room.set(user, "reader");
        members.remove(user);
        members.add(user);
      } else if (dice < 4 && members.remove(user)) {
        room.removed(user);
      } else {
        room.events(1);
      }
      for (var one : USERS) {
        Objects.requireNonNull(sees.get(one))[seq] = !isClosed || members.contains(one);
      }
    }
    return new Walked(room, sees);
  }

  /** The runs of seqs that are marked. */
  private static List<Witness> pieces(Walked walked, boolean[] marked) {
    List<Witness> pieces = new ArrayList<>();
    for (int seq = 1; seq < marked.length; seq++) {
      if (marked[seq]) {
        int to = seq;
        while (to + 1 < marked.length && marked[to + 1]) {
          to++;
        }
        pieces.add(walked.room().piece(seq, to));
        seq = to;
      }
    }
    return pieces;
  }
}
