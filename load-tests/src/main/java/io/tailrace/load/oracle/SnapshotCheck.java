package io.tailrace.load.oracle;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot must be what applying the committed events up to its seq leaves, entity by entity, or
 * newer where its later pages were.
 */
final class SnapshotCheck {

  private SnapshotCheck() {}

  static @Nullable Counterexample judge(ChannelRun run) {
    for (var snapshot : run.snapshots()) {
      var found = judge(run, snapshot);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  private static @Nullable Counterexample judge(ChannelRun run, SnapshotReading snapshot) {
    var committed = run.committed();
    if (snapshot.epoch() != committed.epoch() || snapshot.seq() > committed.head()) {
      return found(
          run,
          snapshot,
          null,
          "claims (epoch %d, seq %d); PostgreSQL committed %d events in epoch %d"
              .formatted(snapshot.epoch(), snapshot.seq(), committed.head(), committed.epoch()));
    }
    if (snapshot.chain() != committed.chainAt(snapshot.seq())) {
      return found(
          run,
          snapshot,
          null,
          "wrong chain: %016x instead of %016x"
              .formatted(snapshot.chain(), committed.chainAt(snapshot.seq())));
    }
    long visibleFrom = 1;
    var user = snapshot.user();
    if (user != null) {
      var found = unseen(run, snapshot, user);
      if (found != null) {
        return found;
      }
      var span = committed.members().at(user, snapshot.seq());
      visibleFrom = span == null ? snapshot.seq() + 1 : span.visibleFrom();
    }
    Map<String, Reference.Expected> latest = new HashMap<>();
    for (long seq = visibleFrom; seq <= snapshot.seq(); seq++) {
      var event = committed.at(seq);
      latest.put(SnapshotReading.keyOf(event.entity(), seq), event);
    }
    for (var entry : latest.entrySet()) {
      var shown = snapshot.entities().get(entry.getKey());
      var words = compare(committed, entry.getValue(), shown);
      if (words != null) {
        return found(run, snapshot, entry.getValue(), named(entry.getKey()) + ": " + words);
      }
    }
    for (var entry : snapshot.entities().entrySet()) {
      if (!latest.containsKey(entry.getKey()) && entry.getValue().seq() <= snapshot.seq()) {
        return found(run, snapshot, null, named(entry.getKey()) + " does not exist at this seq");
      }
    }
    return null;
  }

  /** Entities that are older than the reader's membership are hidden, and all of nobody's. */
  private static @Nullable Counterexample unseen(
      ChannelRun run, SnapshotReading snapshot, String user) {
    var members = run.committed().members();
    for (var shown : snapshot.entities().entrySet()) {
      if (members.at(user, shown.getValue().seq()) == null) {
        return new Counterexample(
            6,
            run.channel(),
            shown.getValue().seq(),
            shown.getValue().id(),
            "%s, snapshot at %d: %s shown to %s, who may see %s only"
                .formatted(
                    snapshot.reader(),
                    snapshot.seq(),
                    named(shown.getKey()),
                    user,
                    members.spans(user)));
      }
    }
    return null;
  }

  private static String named(String key) {
    return key.startsWith("\0") ? "event without entity" : "entity " + key;
  }

  private static @Nullable String compare(
      Reference committed, Reference.Expected wanted, @Nullable Sighting shown) {
    if (shown == null) {
      return "missing; its latest event is seq " + wanted.seq();
    }
    if (shown.seq() < wanted.seq()) {
      return "shown as of seq %d, its latest event is seq %d".formatted(shown.seq(), wanted.seq());
    }
    if (shown.seq() > committed.head()) {
      return "shown as of seq %d, above the head".formatted(shown.seq());
    }
    var there = committed.at(shown.seq());
    boolean same =
        there.id().equals(shown.id())
            && there.content() == shown.content()
            && Objects.equals(wanted.entity(), there.entity());
    return same ? null : "shown event is not the one committed as number " + shown.seq();
  }

  private static Counterexample found(
      ChannelRun run, SnapshotReading snapshot, Reference.@Nullable Expected at, String words) {
    return new Counterexample(
        9,
        run.channel(),
        at == null ? snapshot.seq() : at.seq(),
        at == null ? null : at.id(),
        snapshot.reader() + ", snapshot: " + words);
  }
}
