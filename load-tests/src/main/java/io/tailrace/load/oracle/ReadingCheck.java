package io.tailrace.load.oracle;

import io.tailrace.load.oracle.Access.Audience;
import io.tailrace.load.oracle.Access.Reach;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Whether everybody saw what they may see and nothing else: nothing at or above their removal,
 * nothing before they were added; and whoever is a member in the end has all of it.
 */
final class ReadingCheck {
  private final ChannelRun run;
  private final Reference committed;
  private final Membership members;

  private ReadingCheck(ChannelRun run) {
    this.run = run;
    this.committed = run.committed();
    this.members = run.committed().members();
  }

  static @Nullable Counterexample judge(ChannelRun run) {
    var check = new ReadingCheck(run);
    var access = run.access();
    return Stream.<Supplier<Stream<Counterexample>>>of(
            () -> access.audiences().stream().map(check::forbidden).flatMap(Optional::stream),
            () -> access.admissions().stream().map(check::admitted).flatMap(Optional::stream),
            () -> access.revocations().stream().map(check::revoked).flatMap(Optional::stream),
            () -> access.refusals().stream().map(check::refused).flatMap(Optional::stream),
            () -> access.audiences().stream().map(check::untrue).flatMap(Optional::stream),
            () -> access.audiences().stream().map(check::missing).flatMap(Optional::stream))
        .flatMap(Supplier::get)
        .findFirst()
        .orElse(null);
  }

  /** The worst first: an event that was not for them. */
  private Optional<Counterexample> forbidden(Audience who) {
    for (var piece : who.pieces()) {
      for (var sighting : piece.sightings()) {
        if (members.at(who.user(), sighting.seq()) == null) {
          return found(
              6,
              sighting.seq(),
              sighting.id(),
              "%s, %s: shown to %s, who may see %s only"
                  .formatted(who.name(), sighting.via(), who.user(), members.spans(who.user())));
        }
      }
    }
    return Optional.empty();
  }

  private Optional<Counterexample> admitted(Access.Admission answer) {
    var span = members.at(answer.user(), answer.head());
    if (span == null) {
      return found(
          6,
          answer.head(),
          null,
          "%s: %s was let in as of this head, but may read at %s only"
              .formatted(answer.name(), answer.user(), members.spans(answer.user())));
    }
    long after = Math.max(answer.asked(), span.visibleFrom() - 1);
    return answer.asked() < 0 || answer.after() == after
        ? Optional.empty()
        : found(
            answer.after() > after ? 1 : 6,
            answer.after() + 1,
            null,
            "%s: as of head %d %s may see %s, asked for what comes after %d and was given what comes after %d"
                .formatted(
                    answer.name(),
                    answer.head(),
                    answer.user(),
                    span,
                    answer.asked(),
                    answer.after()));
  }

  private Optional<Counterexample> revoked(Access.Revocation told) {
    return members.endsAt(told.user(), told.seq())
        ? Optional.empty()
        : found(
            6,
            told.seq(),
            null,
            "%s: %s was told that membership ended here, but may read at %s"
                .formatted(told.name(), told.user(), members.spans(told.user())));
  }

  private Optional<Counterexample> refused(Access.Refusal told) {
    var last = members.last(told.user());
    return last == null || last.from() > told.minSeq()
        ? Optional.empty()
        : found(
            6,
            told.minSeq(),
            null,
            "%s: %s was refused, but from here on may read at every head (%s)"
                .formatted(told.name(), told.user(), last));
  }

  /** Each piece is a piece of the one list. */
  private Optional<Counterexample> untrue(Audience who) {
    return who.pieces().stream()
        .map(piece -> Optional.ofNullable(new WitnessCheck(run, piece).judge()))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private Optional<Counterexample> missing(Audience who) {
    var last = members.last(who.user());
    if (last == null || who.reach() == Reach.SOME) {
      return Optional.empty();
    }
    long next =
        who.reach() == Reach.ALL
            ? last.visibleFrom()
            : who.pieces().isEmpty() ? 1 : who.pieces().getLast().after() + 1;
    var seen = seen(who);
    while (next <= committed.head() && seen[Math.toIntExact(next)]) {
      next++;
    }
    return next > committed.head()
        ? Optional.empty()
        : found(
            1,
            next,
            committed.at(next).id(),
            "%s: lost: %s is a member in the end and may see %s, but never got this one (head %d)"
                .formatted(who.name(), who.user(), last, committed.head()));
  }

  private boolean[] seen(Audience who) {
    var seen = new boolean[Math.toIntExact(committed.head() + 1)];
    for (var piece : who.pieces()) {
      for (var sighting : piece.sightings()) {
        seen[Math.toIntExact(sighting.seq())] = true;
      }
    }
    return seen;
  }

  private Optional<Counterexample> found(int invariant, long seq, @Nullable UUID id, String words) {
    return Optional.of(new Counterexample(invariant, run.channel(), seq, id, words));
  }
}
