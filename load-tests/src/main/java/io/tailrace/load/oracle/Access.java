package io.tailrace.load.oracle;

import java.util.List;
import java.util.Set;

/**
 * What is known of a channel's readers and writers as users, who may be let in and shut out again.
 *
 * @param admissions answers that said yes
 * @param refusals answers that said no because of who asked
 */
public record Access(
    People people,
    List<Audience> audiences,
    List<Admission> admissions,
    List<Refusal> refusals,
    List<Revocation> revocations) {
  /** Nobody looked at whom a channel belongs to. */
  public static final Access UNWATCHED =
      new Access(
          new People(Set.of(), Set.of(), Set.of()), List.of(), List.of(), List.of(), List.of());

  public Access {
    audiences = List.copyOf(audiences);
    admissions = List.copyOf(admissions);
    refusals = List.copyOf(refusals);
    revocations = List.copyOf(revocations);
  }

  /**
   * The users of the run whose tokens give no right of their own.
   *
   * @param writing roles that may write events
   * @param managing roles that may change members
   */
  public record People(Set<String> users, Set<String> writing, Set<String> managing) {
    public People {
      users = Set.copyOf(users);
      writing = Set.copyOf(writing);
      managing = Set.copyOf(managing);
    }
  }

  /** How much of what a user may see somebody must have in the end. */
  public enum Reach {
    /** They looked when they liked. */
    SOME,
    /** They follow, and may have begun with a state: the channel's end. */
    END,
    /** They follow by events alone: all from where their membership begins. */
    ALL
  }

  /**
   * One who saw events as a user.
   *
   * @param name how they are called in a counterexample
   * @param pieces contiguous runs of events; they may repeat each other
   */
  public record Audience(String user, String name, Reach reach, List<Witness> pieces) {
    public Audience {
      // How far it must reach says the membership, not the piece.
      pieces =
          pieces.stream()
              .map(p -> new Witness(p.name(), p.after(), false, p.epoch(), p.sightings()))
              .toList();
    }
  }

  /**
   * An answer that let a user read as of a head.
   *
   * @param asked the seq after which they asked for events, or -1 where they asked for no events
   * @param after the seq after which they were told that events come, -1 likewise
   */
  public record Admission(String user, String name, long head, long asked, long after) {
    /** Without events. */
    public static Admission at(String user, String name, long head) {
      return new Admission(user, name, head, -1, -1);
    }
  }

  /**
   * A user was told that they may not.
   *
   * @param minSeq the store was asked to answer from this seq or later
   */
  public record Refusal(String user, String name, long minSeq) {}

  /** A subscriber was told that the right to read ended with this event. */
  public record Revocation(String user, String name, long seq) {}
}
