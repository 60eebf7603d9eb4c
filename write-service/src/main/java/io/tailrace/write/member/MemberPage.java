package io.tailrace.write.member;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Members of a channel, as of one moment.
 *
 * @param closed whether the channel has ever had a member
 * @param ownRole role of the one who asks; null: no member
 * @param members in the order of their names' bytes
 * @param next name after which to go on; null: there are no more
 */
public record MemberPage(
    boolean closed, @Nullable String ownRole, List<One> members, @Nullable String next) {
  /** Copies the list. */
  public MemberPage {
    members = List.copyOf(members);
  }

  /**
   * One member.
   *
   * @param since when the role became what it is
   * @param by who made it so; null where nobody was named
   */
  public record One(String user, String role, Instant since, @Nullable String by) {}
}
