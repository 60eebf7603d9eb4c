package io.tailrace.schemas.contract;

import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What one kind of channel promises. The first five answers can be given in one way only today;
 * they stand in every contract so that a reader need not know that.
 *
 * @param ownWrite when an author sees the own write: {@code after-commit}
 * @param visibleToOthers when others see it: {@code after-commit}
 * @param order scope of order: {@code channel}
 * @param loss what may be lost of events: {@code none}
 * @param longAbsence what is given after a long absence: {@code snapshot} or {@code events}
 * @param ownLog whether the kind has partitions of the log to itself, so that others are not behind
 *     it
 * @param members what membership means in the kind; null where its channels have no members
 * @param dataBytesMax largest data of an event, in bytes
 * @param types schema of data by event type
 * @param snapshotAfter more events behind than this: the snapshot is offered
 * @param revisions whether entities have revisions (compare-and-set)
 * @param lanes names of the lanes that a subscriber may have
 */
public record Contract(
    String kind,
    String ownWrite,
    String visibleToOthers,
    String order,
    String loss,
    String longAbsence,
    boolean ownLog,
    Rights rights,
    @Nullable Members members,
    int dataBytesMax,
    Map<String, DataSchema> types,
    Limits limits,
    Retention retention,
    long snapshotAfter,
    boolean revisions,
    Set<String> lanes,
    Presence presence,
    Signals signals) {

  /** Copies the collections. */
  public Contract {
    types = Map.copyOf(types);
    lanes = Set.copyOf(lanes);
  }

  /**
   * Who may do what.
   *
   * @param create who may make a channel, by its first event or its first member
   * @param members who may change a channel's members, beside those whose role may
   */
  public record Rights(
      Right subscribe, Right publish, Right create, Right presence, Right signal, Right members) {}

  /**
   * What membership means.
   *
   * @param roles what a member may do beside reading, by role
   * @param history what one who is added may read
   */
  public record Members(Map<String, Set<MemberMay>> roles, History history) {
    /** Copies the collections. */
    public Members {
      roles = Map.copyOf(roles);
    }

    /** Whether a member of this role may do it; a role that the kind does not have may not. */
    public boolean may(String role, MemberMay what) {
      return roles.getOrDefault(role, Set.of()).contains(what);
    }

    /** The roles that may do it. */
    public Set<String> rolesThatMay(MemberMay what) {
      return roles.entrySet().stream()
          .filter(role -> role.getValue().contains(what))
          .map(Map.Entry::getKey)
          .collect(Collectors.toUnmodifiableSet());
    }
  }

  /** What a role may do beside reading. */
  public enum MemberMay {
    /** Write events. */
    PUBLISH("publish"),
    /** Send signals. */
    SIGNAL("signal"),
    /** Add and remove members. */
    MEMBERS("members");

    private final String word;

    MemberMay(String word) {
      this.word = word;
    }

    /** The word in a contract. */
    public String word() {
      return word;
    }
  }

  /** What one who is added to a channel may read. */
  public enum History {
    /** All that is kept. */
    ALL("all"),
    /** What was written since they were added; the first member of a channel reads all. */
    JOINED("joined");

    private final String word;

    History(String word) {
      this.word = word;
    }

    /** The word in a contract. */
    public String word() {
      return word;
    }
  }

  /**
   * Rates: publishes per user and second, publishes per tenant and second, subscriptions per
   * connection.
   */
  public record Limits(int publishPerSecond, int publishPerSecondTenant, int subscriptions) {}

  /** What is kept of a channel: at most so many events, none older than so many days. */
  public record Retention(long events, int days) {}

  /**
   * Presence.
   *
   * @param heartbeatMs how often who is here says so
   * @param ttlMs who has not said so for that long is away, and after as long again gone; whose
   *     connection or gateway has gone is gone after that long
   * @param listMax a room with more members is told in numbers, with a sample
   * @param sample how many members such a sample has
   */
  public record Presence(long heartbeatMs, long ttlMs, int listMax, int sample) {
    /**
     * The longest {@code ttlMs} that a contract may say: who is here is read back that far, from a
     * topic that keeps it for twice as long.
     */
    public static final long TTL_MS_MAX = 300_000;
  }

  /**
   * What bounds signals.
   *
   * @param ttlMs how long a signal is shown unless another one follows
   * @param perSecond signals of one user over one connection that are passed on; of more, the
   *     latest
   * @param bytesMax largest data of a signal, in bytes
   */
  public record Signals(long ttlMs, int perSecond, int bytesMax) {
    /** The longest {@code ttlMs} that a contract may say. */
    public static final long TTL_MS_MAX = 60_000;

    static final Signals DEFAULT = new Signals(5000, 20, 2048);
  }
}
