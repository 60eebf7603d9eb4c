package io.tailrace.load.oracle;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tailrace.schemas.event.Envelope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who may read a channel, and with which role, at each place of it: read from its events alone, and
 * a second time, without the product's own reading of them. For kinds that are open to the tenant
 * until the first {@code member.set}, and in which one who is added reads what was written since.
 * Not safe for several threads.
 */
public final class Membership {
  /** Below this everything is: the end of a span that has none. */
  public static final long EVER = Long.MAX_VALUE;

  private static final String SET = "member.set";
  private static final String REMOVED = "member.removed";
  private static final String ENTITY = "member:";
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Heads at which somebody may read, and the events that they may see there.
   *
   * @param from the first; 0 where the channel was open to them from its beginning
   * @param below the first at which they may not any more
   */
  public record Span(long from, long below) {
    boolean holds(long head) {
      return from <= head && head < below;
    }

    /** The first event that may be seen. */
    long visibleFrom() {
      return Math.max(1, from);
    }

    @Override
    public String toString() {
      return "[" + visibleFrom() + ", " + (below == EVER ? "end" : below) + ")";
    }
  }

  private record Change(long seq, String user, @Nullable String role) {}

  private final List<Change> changes = new ArrayList<>();
  private final Map<String, TreeMap<Long, Change>> byUser = new HashMap<>();
  private final Map<String, List<Span>> spans = new HashMap<>();
  private @Nullable Change closing;

  /** Takes the next event; true if it is about a member. */
  boolean take(long seq, Envelope envelope, byte[] data) {
    var entity = envelope.entity();
    boolean isSet = envelope.type().equals(SET);
    if (!isSet && !envelope.type().equals(REMOVED)
        || entity == null
        || !entity.startsWith(ENTITY)) {
      return false;
    }
    var change = new Change(seq, entity.substring(ENTITY.length()), isSet ? roleOf(data) : null);
    changes.add(change);
    byUser.computeIfAbsent(change.user(), _ -> new TreeMap<>()).put(seq, change);
    if (closing == null && isSet) {
      closing = change;
    }
    spans.clear();
    return true;
  }

  private static String roleOf(byte[] data) {
    try {
      return JSON.readTree(data).path("role").asText();
    } catch (IOException unreadable) {
      return "";
    }
  }

  /** The seq of the event that closed the channel, 0 while it is open. */
  public long closedAt() {
    var first = closing;
    return first == null ? 0 : first.seq();
  }

  /** Whether at this head everybody may read and write. */
  boolean isOpenAt(long head) {
    return closedAt() == 0 || head < closedAt();
  }

  /** How often somebody was added or had the role changed. */
  public long sets() {
    return changes.stream().filter(change -> change.role() != null).count();
  }

  /** How often somebody was removed. */
  public long removals() {
    return changes.size() - sets();
  }

  /** How often somebody was added who had been a member before. */
  public long returns() {
    return byUser.keySet().stream()
        .mapToLong(
            user -> spans(user).stream().filter(span -> span.from() > closedAt()).count() - 1)
        .filter(more -> more > 0)
        .sum();
  }

  /** Where this user may read, in order; what lies between was never for them. */
  public List<Span> spans(String user) {
    return spans.computeIfAbsent(user, this::spansOf);
  }

  private List<Span> spansOf(String user) {
    var first = closing;
    if (first == null) {
      return List.of(new Span(0, EVER));
    }
    List<Span> found = new ArrayList<>();
    long from = -1;
    if (first.user().equals(user)) {
      from = 0;
    } else {
      found.add(new Span(0, first.seq()));
    }
    for (var change : byUser.getOrDefault(user, new TreeMap<>()).tailMap(first.seq()).values()) {
      if (change.role() == null && from >= 0) {
        found.add(new Span(from, change.seq()));
        from = -1;
      } else if (change.role() != null && from < 0) {
        from = change.seq();
      }
    }
    if (from >= 0) {
      found.add(new Span(from, EVER));
    }
    return List.copyOf(found);
  }

  /** The span in which the user reads at this head; null where they may not. */
  public @Nullable Span at(String user, long head) {
    for (var span : spans(user)) {
      if (span.holds(head)) {
        return span;
      }
    }
    return null;
  }

  /** The span that has no end: it is theirs when the run ends; null where they are out. */
  public @Nullable Span last(String user) {
    return at(user, EVER - 1);
  }

  /** Whether the user's right to read ended with exactly this event. */
  boolean endsAt(String user, long seq) {
    return seq > 0 && at(user, seq - 1) != null && at(user, seq) == null;
  }

  /** The role at this head; null where they have none. */
  @Nullable String roleAt(String user, long head) {
    var before = byUser.getOrDefault(user, new TreeMap<>()).floorEntry(head);
    return before == null ? null : before.getValue().role();
  }
}
