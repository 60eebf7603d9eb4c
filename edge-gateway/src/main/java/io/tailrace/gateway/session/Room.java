package io.tailrace.gateway.session;

import io.tailrace.gateway.encode.Frame;
import io.tailrace.gateway.resume.ChannelWindow;
import java.util.ArrayList;
import java.util.List;

/** A channel that somebody on this shard has subscribed to. Owned by the shard's thread. */
public final class Room {
  private final String name;
  private final ChannelWindow window;
  private final Rooms.Doors doors;
  private final List<Subscription> live = new ArrayList<>();
  private final List<Subscription> waiting = new ArrayList<>();
  private final List<Frame> run = new ArrayList<>();
  private boolean startedBelow;
  private long awaitedSeq = Long.MAX_VALUE;

  /**
   * An empty room.
   *
   * @param name {@code kind:id}, as clients write it
   */
  Room(String name, ChannelWindow window, Rooms.Doors doors) {
    this.name = name;
    this.window = window;
    this.doors = doors;
  }

  /** {@code kind:id}, as clients write it. */
  public String name() {
    return name;
  }

  /** The recent frames. */
  public ChannelWindow window() {
    return window;
  }

  /** Those that take new events; may shrink while read from its end. */
  public List<Subscription> live() {
    return live;
  }

  /** Those that join, wait or replay. */
  public List<Subscription> waiting() {
    return waiting;
  }

  /** New frames, seqs without a gap, not handed to the queues yet. */
  public List<Frame> run() {
    return run;
  }

  /**
   * Whether somebody has started below frames of the window that the stores contradicted: if those
   * frames come again, they are news to some.
   */
  public boolean isStartedBelow() {
    return startedBelow;
  }

  /** Somebody starts below the window's last frame. */
  public void startBelow() {
    startedBelow = true;
  }

  /**
   * The lowest seq that somebody waits for who has more than the stores, else the highest number.
   */
  public long awaitedSeq() {
    return awaitedSeq;
  }

  /** Somebody waits for a seq. */
  public void awaits(long seq) {
    awaitedSeq = Math.min(awaitedSeq, seq);
  }

  /** Nobody waits for a seq. */
  public void awaitsNothing() {
    awaitedSeq = Long.MAX_VALUE;
  }

  /** Adds one that joins. */
  public void enter(Subscription subscription) {
    put(waiting, subscription);
  }

  /** One that waited goes live. */
  public void goLive(Subscription subscription) {
    take(waiting, subscription);
    subscription.goLive();
    put(live, subscription);
    forgetPieces();
    doors.wentLive(subscription);
  }

  void leave(Subscription subscription) {
    take(subscription.stage() == Subscription.Stage.LIVE ? live : waiting, subscription);
    forgetPieces();
  }

  /** What is shared by those that are read the window goes with the last of them. */
  private void forgetPieces() {
    if (waiting.isEmpty()) {
      window.pieces().clear();
    }
  }

  boolean isEmpty() {
    return live.isEmpty() && waiting.isEmpty();
  }

  private static void put(List<Subscription> list, Subscription subscription) {
    subscription.index = list.size();
    list.add(subscription);
  }

  /** In constant time: the last one takes the free place. */
  private static void take(List<Subscription> list, Subscription subscription) {
    Subscription moved = list.removeLast();
    if (moved != subscription) {
      list.set(subscription.index, moved);
      moved.index = subscription.index;
    }
    subscription.index = -1;
  }
}
