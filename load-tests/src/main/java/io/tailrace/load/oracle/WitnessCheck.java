package io.tailrace.load.oracle;

import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One witness against the committed list. The first element that differs is found by walking; only
 * then is the rest looked at, to say in words which kind of fault it is: lost, doubled, reordered,
 * changed, never committed.
 */
final class WitnessCheck {
  private final ChannelRun run;
  private final Reference committed;
  private final Witness witness;

  WitnessCheck(ChannelRun run, Witness witness) {
    this.run = run;
    this.committed = run.committed();
    this.witness = witness;
  }

  @Nullable Counterexample judge() {
    if (witness.epoch() != committed.epoch()) {
      return found(
          3, 0, null, "saw epoch %d instead of %d".formatted(witness.epoch(), committed.epoch()));
    }
    long next = witness.after() + 1;
    Map<UUID, Long> seen = HashMap.newHashMap(witness.sightings().size());
    for (var sighting : witness.sightings()) {
      var before = seen.putIfAbsent(sighting.id(), sighting.seq());
      var found = judge(sighting, next, before);
      if (found != null) {
        return found;
      }
      next++;
    }
    if (witness.toHead() && next <= committed.head()) {
      var missing = committed.at(next);
      return found(
          1,
          next,
          missing.id(),
          "lost: it ends at seq %d, but PostgreSQL committed %d events"
              .formatted(next - 1, committed.head()));
    }
    return null;
  }

  private @Nullable Counterexample judge(Sighting sighting, long next, @Nullable Long before) {
    var place = committed.seqOf(sighting.id());
    if (place == null) {
      return found(
          2,
          sighting,
          run.rolledBack().contains(sighting.id())
              ? "a ghost: the transaction of this event was rolled back"
              : "a ghost: PostgreSQL never committed this event");
    }
    if (before != null) {
      return found(4, sighting, "doubled: it already had this event as seq " + before);
    }
    if (sighting.seq() != next) {
      return misplaced(sighting, next);
    }
    if (place != sighting.seq()) {
      return disordered(sighting, place);
    }
    var expected = committed.at(place);
    if (expected.content() != sighting.content()) {
      return found(3, sighting, "changed: it is not what PostgreSQL committed under this id");
    }
    if (expected.chain() != sighting.chain()) {
      return found(
          3,
          sighting,
          "wrong chain: %016x instead of %016x".formatted(sighting.chain(), expected.chain()));
    }
    return null;
  }

  private Counterexample misplaced(Sighting sighting, long next) {
    if (sighting.seq() < next) {
      return found(
          4, sighting, "went back: seq %d came after seq %d".formatted(sighting.seq(), next - 1));
    }
    if (next > committed.head()) {
      return found(3, sighting, "a seq above the %d committed events".formatted(committed.head()));
    }
    return found(
        4,
        next,
        committed.at(next).id(),
        "a gap: after seq %d came seq %d (%s, id %s)"
            .formatted(next - 1, sighting.seq(), sighting.via(), sighting.id()));
  }

  private Counterexample disordered(Sighting sighting, long place) {
    if (sighting.seq() > committed.head()) {
      return found(
          3,
          sighting,
          "PostgreSQL committed this event as number %d of %d".formatted(place, committed.head()));
    }
    var expected = committed.at(sighting.seq());
    var elsewhere = witness.sightings().stream().anyMatch(s -> s.id().equals(expected.id()));
    if (!elsewhere && place > sighting.seq()) {
      return found(
          1,
          sighting.seq(),
          expected.id(),
          "lost: PostgreSQL committed it here, but this place holds number %d, id %s (%s)"
              .formatted(place, sighting.id(), sighting.via()));
    }
    return found(3, sighting, "reordered: PostgreSQL committed this event as number " + place);
  }

  private Counterexample found(int invariant, Sighting at, String words) {
    return found(invariant, at.seq(), at.id(), at.via() + ": " + words);
  }

  private Counterexample found(int invariant, long seq, @Nullable UUID id, String words) {
    return new Counterexample(invariant, run.channel(), seq, id, witness.name() + ": " + words);
  }
}
