package io.tailrace.load.oracle;

import io.tailrace.load.oracle.Verdict.Broken;
import io.tailrace.load.oracle.Verdict.Holds;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Compares everything with PostgreSQL's commit order, the one list that nobody disputes: whoever
 * agrees with it, element by element, agrees with everybody else. Pure.
 */
public final class Oracle {

  private Oracle() {}

  /** The verdict over a whole run; the first counterexample in the order of the channels given. */
  public static Verdict judge(Collection<ChannelRun> runs) {
    long events = 0;
    long acknowledged = 0;
    long sightings = 0;
    for (var run : runs) {
      var found = judge(run);
      if (found != null) {
        return new Broken(found);
      }
      events += run.committed().head();
      acknowledged += run.acknowledged().size();
      sightings += sightings(run.witnesses().stream());
      sightings += sightings(run.access().audiences().stream().flatMap(a -> a.pieces().stream()));
    }
    return new Holds(runs.size(), events, acknowledged, sightings);
  }

  private static long sightings(Stream<Witness> witnesses) {
    return witnesses.mapToLong(witness -> witness.sightings().size()).sum();
  }

  /** The first contradiction of one channel, or null. */
  static @Nullable Counterexample judge(ChannelRun run) {
    return Stream.<Check>of(
            Oracle::commits,
            Oracle::acknowledgements,
            WritingCheck::judge,
            ReadingCheck::judge,
            Oracle::witnesses,
            Oracle::heads,
            Oracle::ownReads,
            SnapshotCheck::judge)
        .map(check -> check.judge(run))
        .filter(found -> found != null)
        .findFirst()
        .orElse(null);
  }

  private interface Check {
    @Nullable Counterexample judge(ChannelRun run);
  }

  private static @Nullable Counterexample commits(ChannelRun run) {
    var twice = run.committed().committedTwice();
    if (twice != null) {
      return new Counterexample(
          3,
          run.channel(),
          twice.seq(),
          twice.id(),
          "PostgreSQL committed this id a second time (first as number "
              + run.committed().seqOf(twice.id())
              + "): a retry with the same key was carried out again");
    }
    for (var id : run.rolledBack()) {
      var seq = run.committed().seqOf(id);
      if (seq != null) {
        return new Counterexample(
            2, run.channel(), seq, id, "rolled back by its writer, yet PostgreSQL committed it");
      }
    }
    return null;
  }

  private static @Nullable Counterexample acknowledgements(ChannelRun run) {
    for (var promise : run.acknowledged()) {
      var seq = run.committed().seqOf(promise.id());
      var place = promise.place();
      if (seq == null) {
        return new Counterexample(
            1,
            run.channel(),
            place == null ? 0 : place.seq(),
            promise.id(),
            "acknowledged by " + promise.how() + ", but PostgreSQL never committed it");
      }
      if (place != null && (place.seq() != seq || place.epoch() != run.committed().epoch())) {
        return new Counterexample(
            3,
            run.channel(),
            seq,
            promise.id(),
            "%s was acknowledged as (epoch %d, seq %d), but PostgreSQL committed it as (epoch %d, number %d)"
                .formatted(
                    promise.how(), place.epoch(), place.seq(), run.committed().epoch(), seq));
      }
    }
    return null;
  }

  private static @Nullable Counterexample witnesses(ChannelRun run) {
    for (var witness : run.witnesses()) {
      var found = new WitnessCheck(run, witness).judge();
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  private static @Nullable Counterexample heads(ChannelRun run) {
    Map<String, HeadReading> last = new HashMap<>();
    var committed = run.committed();
    for (var reading : run.heads()) {
      var before = last.put(reading.reader(), reading);
      String words = null;
      if (before != null && before.head() > reading.head()) {
        words =
            "the head went back: after %d it was told %d".formatted(before.head(), reading.head());
      } else if (reading.epoch() != committed.epoch()) {
        words = "was told epoch %d instead of %d".formatted(reading.epoch(), committed.epoch());
      } else if (reading.head() > committed.head()) {
        words =
            "was told a head of %d, but PostgreSQL committed only %d events"
                .formatted(reading.head(), committed.head());
      } else if (reading.chain() != committed.chainAt(reading.head())) {
        words =
            "was told another chain at this head: %016x instead of %016x"
                .formatted(reading.chain(), committed.chainAt(reading.head()));
      }
      if (words != null) {
        return new Counterexample(
            3, run.channel(), reading.head(), null, reading.reader() + ": " + words);
      }
    }
    return null;
  }

  private static @Nullable Counterexample ownReads(ChannelRun run) {
    for (var read : run.ownReads()) {
      if (!read.found()) {
        return new Counterexample(
            5,
            run.channel(),
            read.seq(),
            read.id(),
            "its author was told this seq, asked history with minSeq, and did not find it");
      }
    }
    return null;
  }
}
