package io.tailrace.load.oracle;

import org.jspecify.annotations.Nullable;

/**
 * Whether everybody wrote only where they might: the place in the order decides, not the time at
 * which the write began.
 */
final class WritingCheck {
  private WritingCheck() {}

  static @Nullable Counterexample judge(ChannelRun run) {
    var people = run.access().people();
    var members = run.committed().members();
    for (var event : run.committed().events()) {
      var author = event.author();
      if (author == null || !people.users().contains(author)) {
        continue;
      }
      long before = event.seq() - 1;
      var role = members.roleAt(author, before);
      boolean may =
          event.isMembership()
              ? ("member:" + author).equals(event.entity())
                      && members.roleAt(author, event.seq()) == null
                  || role != null && people.managing().contains(role)
              : members.isOpenAt(before) || role != null && people.writing().contains(role);
      if (!may) {
        return new Counterexample(
            6,
            run.channel(),
            event.seq(),
            event.id(),
            "%s wrote %s here %s; the channel was closed by seq %d, and they may read at %s"
                .formatted(
                    author,
                    event.isMembership() ? "a change of " + event.entity() : "an event",
                    role == null ? "without being a member" : "as " + role,
                    members.closedAt(),
                    members.spans(author)));
      }
    }
    return null;
  }
}
