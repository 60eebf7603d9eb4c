package io.tailrace.sequencer.store;

import io.tailrace.schemas.event.Event;
import io.tailrace.schemas.event.MemberChange;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the events of one channel say about a user, told by looking at all of them anew. */
final class MemberModel {
  private MemberModel() {}

  /** Of all that was ever read of the channel, in any order and any number of times. */
  static Membership of(List<Event> read, int epoch, String user) {
    List<Event> log =
        read.stream()
            .filter(event -> event.epoch() == epoch)
            .distinct()
            .sorted((a, b) -> Long.compare(a.seq(), b.seq()))
            .toList();
    List<Event> changes = log.stream().filter(event -> change(event) != null).toList();
    if (changes.isEmpty()) {
      return Membership.OPEN;
    }
    long closedAt = changes.getFirst().seq();
    List<Event> own = changes.stream().filter(event -> isAbout(event, user)).toList();
    String role = own.isEmpty() ? null : roleOf(own.getLast());
    if (role == null) {
      return new Membership(closedAt, null, 1);
    }
    long removed =
        own.stream().filter(e -> roleOf(e) == null).mapToLong(Event::seq).max().orElse(0);
    long added =
        own.stream().mapToLong(Event::seq).filter(seq -> seq > removed).min().orElseThrow();
    boolean isFirst = added == closedAt && log.getFirst().seq() == 1;
    return new Membership(closedAt, role, isFirst ? 1 : added);
  }

  private static boolean isAbout(Event event, String user) {
    MemberChange change = change(event);
    return change != null && change.user().equals(user);
  }

  private static @Nullable String roleOf(Event event) {
    MemberChange change = change(event);
    return change == null ? null : change.role();
  }

  private static @Nullable MemberChange change(Event event) {
    return MemberChange.of(event.envelope(), event.data());
  }
}
