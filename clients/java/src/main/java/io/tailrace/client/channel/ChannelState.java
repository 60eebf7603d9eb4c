package io.tailrace.client.channel;

import io.tailrace.client.Place;
import org.jspecify.annotations.Nullable;

/**
 * All that a follower knows of its channel.
 *
 * @param applied how far it has come, or null: from wherever live begins
 * @param trail the chains up to {@code applied}, as far as they are kept
 * @param head highest head seen of {@code applied}'s epoch; never goes back within an epoch
 * @param wishes what the follower can do
 * @param snapshotAfter events behind from which the contract offers the snapshot; 0: not known
 * @param asked the ask that is not answered yet
 * @param home the link that holds the subscription, 0 without one
 * @param request number of the latest history request; answers to others are ignored
 * @param attempts refusals in a row, for the pause before the next try
 * @param broken where the chain last did not fit
 */
public record ChannelState(
    @Nullable Place applied,
    Trail trail,
    long head,
    Wishes wishes,
    long snapshotAfter,
    Ask asked,
    long home,
    long request,
    int attempts,
    Broken broken,
    Phase phase) {

  /**
   * What a follower can do.
   *
   * @param rollBack drop the events above a seq and keep those below
   * @param snapshots take a snapshot in place of a long run of events
   */
  public record Wishes(boolean rollBack, boolean snapshots) {}

  /** A subscribe under way: number of the link and ref; {@link #NONE} without one. */
  public record Ask(long link, long ref) {
    static final Ask NONE = new Ask(0, 0);
  }

  /** A seq whose chain did not fit, and how often in a row it did not. */
  public record Broken(long at, int times) {
    static final Broken NEVER = new Broken(0, 0);
  }

  /** Before the first subscribe. */
  public static ChannelState begin(@Nullable Place from, Wishes wishes) {
    return new ChannelState(
        from, Trail.at(from), 0, wishes, 0, Ask.NONE, 0, 0, 0, Broken.NEVER, new Phase.Idle());
  }

  /** The epoch stood at, 0 where none is known. */
  public int epoch() {
    return applied == null ? 0 : applied.epoch();
  }

  /** The last applied seq, 0 before any. */
  public long seq() {
    return applied == null ? 0 : applied.seq();
  }

  /** Whether events of a subscription are coming in. */
  public boolean subscribed() {
    return phase instanceof Phase.Live || phase instanceof Phase.CatchingUp;
  }

  ChannelState in(Phase next) {
    return new ChannelState(
        applied, trail, head, wishes, snapshotAfter, asked, home, request, attempts, broken, next);
  }

  /** Somewhere else than one event on: what lies between is not known. */
  ChannelState at(Place place) {
    return new ChannelState(
        place,
        Trail.at(place),
        head,
        wishes,
        snapshotAfter,
        asked,
        home,
        request,
        attempts,
        broken,
        phase);
  }

  /** One event on. */
  ChannelState then(long seq, long chain) {
    return new ChannelState(
        new Place(epoch(), seq, chain),
        trail.then(seq, chain),
        head,
        wishes,
        snapshotAfter,
        asked,
        home,
        request,
        attempts,
        broken,
        phase);
  }

  /** Back to an event that was applied here. */
  ChannelState backTo(Place place) {
    return new ChannelState(
        place,
        trail.upTo(place.seq()),
        head,
        wishes,
        snapshotAfter,
        asked,
        home,
        request,
        attempts,
        broken,
        phase);
  }

  /** The same place, of an epoch that was not known before. */
  ChannelState of(int epoch) {
    Place here = applied == null ? Place.START : applied;
    return new ChannelState(
        new Place(epoch, here.seq(), here.chain()),
        trail,
        head,
        wishes,
        snapshotAfter,
        asked,
        home,
        request,
        attempts,
        broken,
        phase);
  }

  ChannelState head(long seen) {
    return new ChannelState(
        applied, trail, seen, wishes, snapshotAfter, asked, home, request, attempts, broken, phase);
  }

  ChannelState snapshotAfter(long events) {
    return new ChannelState(
        applied, trail, head, wishes, events, asked, home, request, attempts, broken, phase);
  }

  ChannelState asked(Ask ask) {
    return new ChannelState(
        applied, trail, head, wishes, snapshotAfter, ask, home, request, attempts, broken, phase);
  }

  ChannelState home(long link) {
    return new ChannelState(
        applied, trail, head, wishes, snapshotAfter, asked, link, request, attempts, broken, phase);
  }

  ChannelState request(long number) {
    return new ChannelState(
        applied, trail, head, wishes, snapshotAfter, asked, home, number, attempts, broken, phase);
  }

  ChannelState attempts(int count) {
    return new ChannelState(
        applied, trail, head, wishes, snapshotAfter, asked, home, request, count, broken, phase);
  }

  ChannelState broken(Broken where) {
    return new ChannelState(
        applied, trail, head, wishes, snapshotAfter, asked, home, request, attempts, where, phase);
  }
}
