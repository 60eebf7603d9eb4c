package io.tailrace.gateway.fanout;

import io.tailrace.gateway.encode.Frame;
import io.tailrace.gateway.encode.Wire;
import io.tailrace.gateway.lane.Shared;
import io.tailrace.gateway.resume.Windows;
import io.tailrace.gateway.session.Decision;
import io.tailrace.gateway.session.Happening;
import io.tailrace.gateway.session.Peer;
import io.tailrace.gateway.session.Room;
import io.tailrace.gateway.session.Rooms;
import io.tailrace.gateway.session.Subscription;
import io.tailrace.gateway.subscribe.Endings;
import io.tailrace.gateway.subscribe.SubscribeDesk;
import io.tailrace.schemas.event.MemberChange;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes the feed record by record into the windows, and hands what is new to the queues, all frames
 * of a channel that came together as one piece: the limit of fan-out is the number of writes and of
 * queue entries, not of bytes. Owned by the shard's thread.
 */
final class Feed {
  private final Rooms rooms;
  private final Windows windows;
  private final Endings endings;
  private final SubscribeDesk desk;
  private final Decision decision;
  private final List<Room> touched = new ArrayList<>();

  Feed(Rooms rooms, Endings endings, SubscribeDesk desk, Decision decision) {
    this.rooms = rooms;
    this.windows = rooms.windows();
    this.endings = endings;
    this.desk = desk;
    this.decision = decision;
  }

  /** Takes the next record of its partition. */
  void accept(Frame frame) {
    int before = windows.epoch(frame.partition());
    if (windows.raiseEpoch(frame.partition(), frame.epoch())) {
      epochRaised(frame, before);
    }
    if (frame.isMark()) {
      return;
    }
    switch (windows.accept(frame)) {
      case STALE -> decision.happened(Happening.STALE);
      case REPEATED -> {
        decision.happened(Happening.REPEATED);
        repeated(frame);
      }
      case APPENDED -> append(frame);
      case HOLE -> {
        decision.happened(Happening.HOLE);
        Room room = interrupted(frame);
        if (room != null) {
          spoilWaiting(room);
        }
        append(frame);
      }
      case INCOMPARABLE -> {
        decision.happened(Happening.INCOMPARABLE);
        Room room = interrupted(frame);
        if (room != null) {
          spoilWaiting(room);
          for (Subscription subscription : started(room)) {
            endings.behind(subscription);
          }
        }
        append(frame);
      }
      case DIVERGED -> {
        decision.happened(Happening.DIVERGED);
        Room room = interrupted(frame);
        if (room != null) {
          spoilWaiting(room);
          for (Subscription subscription : started(room)) {
            endings.reset(subscription, frame.epoch(), frame.seq() - 1);
          }
        }
        append(frame);
      }
    }
  }

  /** Hands everything taken since the last call to the queues. */
  void flush(long nowMs) {
    for (Room room : touched) {
      deliver(room, nowMs);
    }
    touched.clear();
  }

  private void append(Frame frame) {
    Room room = rooms.find(frame.channel());
    if (room == null) {
      return;
    }
    if (room.run().isEmpty()) {
      touched.add(room);
    }
    room.run().add(frame);
    if (room.isStartedBelow()) {
      replayAlso(room, frame.seq());
    }
  }

  /** Who is still being read the window, up to a frame that was in doubt, is read on. */
  private static void replayAlso(Room room, long seq) {
    for (Subscription subscription : room.waiting()) {
      subscription.replayAlso(seq);
    }
  }

  /** What came before a break of the order goes out before the break is told. */
  private @Nullable Room interrupted(Frame frame) {
    Room room = rooms.find(frame.channel());
    if (room != null && !room.run().isEmpty()) {
      deliver(room, frame.arrivedMs());
      touched.remove(room);
    }
    return rooms.find(frame.channel());
  }

  /** Known to the window, but news to who started below it. */
  private void repeated(Frame frame) {
    Room room = rooms.find(frame.channel());
    if (room == null || !room.isStartedBelow()) {
      return;
    }
    replayAlso(room, frame.seq());
    List<Subscription> live = room.live();
    for (int i = live.size() - 1; i >= 0; i--) {
      Subscription subscription = live.get(i);
      if (subscription.next() == frame.seq() - 1 && goesOn(subscription, frame)) {
        offer(subscription, Shared.of(frame.bytes(subscription.peer().wire())), frame.seq());
      }
    }
  }

  private void epochRaised(Frame frame, int before) {
    decision.happened(Happening.EPOCH);
    for (Room room : List.copyOf(rooms.all())) {
      if (room.window().partition() != frame.partition()) {
        continue;
      }
      if (!room.run().isEmpty()) {
        deliver(room, frame.arrivedMs());
        touched.remove(room);
      }
      // The first epoch that a partition shows is no news to who has just learnt it from the
      // stores.
      if (before != 0) {
        spoilWaiting(room);
      }
      for (Subscription subscription : started(room)) {
        if (before != 0 || subscription.epoch() < frame.epoch()) {
          endings.reset(subscription, frame.epoch(), 0);
        }
      }
    }
  }

  private static void spoilWaiting(Room room) {
    for (Subscription subscription : room.waiting()) {
      if (!subscription.isStarted()) {
        subscription.spoil();
      }
    }
  }

  private static List<Subscription> started(Room room) {
    List<Subscription> started = new ArrayList<>(room.live());
    for (Subscription subscription : room.waiting()) {
      if (subscription.isStarted()) {
        started.add(subscription);
      }
    }
    return started;
  }

  private void deliver(Room room, long nowMs) {
    List<Frame> run = room.run();
    if (run.isEmpty()) {
      return;
    }
    Frame newest = run.getLast();
    int from = 0;
    // The run is cleared when the last one has left the room.
    for (int i = 0; i < run.size(); i++) {
      if (run.get(i).member() != null) {
        if (i > from) {
          hand(room, List.copyOf(run.subList(from, i)));
        }
        from = i;
        membersChanged(room, run, i);
      }
    }
    if (from == 0) {
      hand(room, run);
    } else if (from < run.size()) {
      hand(room, List.copyOf(run.subList(from, run.size())));
    }
    if (!room.waiting().isEmpty()) {
      desk.sawNew(room, newest, nowMs);
    }
    run.clear();
  }

  /** Whoever may not read on stops exactly below the change. */
  private void membersChanged(Room room, List<Frame> run, int at) {
    if (at >= run.size()) {
      return;
    }
    Frame frame = run.get(at);
    List<Subscription> live = room.live();
    for (int i = live.size() - 1; i >= 0; i--) {
      Subscription subscription = live.get(i);
      if (subscription.next() == frame.seq() - 1) {
        var _ = goesOn(subscription, frame);
      }
    }
  }

  /** Whether the next frame may be given; if not, it is the end. */
  private boolean goesOn(Subscription subscription, Frame next) {
    MemberChange change = next.member();
    if (change == null || subscription.outlives(next.seq(), change)) {
      return true;
    }
    endings.revoked(subscription, next.seq());
    return false;
  }

  /** Frames among which only the first one may change members, and all have been asked of it. */
  private void hand(Room room, List<Frame> run) {
    if (run.isEmpty()) {
      return;
    }
    Piece piece = new Piece(run);
    long first = run.getFirst().seq();
    long last = run.getLast().seq();
    List<Subscription> live = room.live();
    for (int i = live.size() - 1; i >= 0; i--) {
      Subscription subscription = live.get(i);
      long next = subscription.next();
      if (next == first - 1) {
        offer(subscription, piece.bytes(subscription.peer().wire()), last);
      } else if (next < first) {
        endings.behind(subscription);
      } else if (next < last) {
        deliverRest(subscription, run, (int) (next - first + 1));
      }
    }
  }

  private void deliverRest(Subscription subscription, List<Frame> run, int from) {
    for (int i = from; i < run.size(); i++) {
      Frame frame = run.get(i);
      Shared bytes = Shared.of(frame.bytes(subscription.peer().wire()));
      if (!offer(subscription, bytes, frame.seq())) {
        return;
      }
    }
  }

  /** Queues up to a seq, or ends the subscription: never something later without this. */
  private boolean offer(Subscription subscription, Shared bytes, long upTo) {
    Peer peer = subscription.peer();
    if (!peer.queue().offer(subscription, subscription.next(), bytes, bytes.view())) {
      endings.behind(subscription);
      return false;
    }
    subscription.advance(upTo);
    decision.changed(peer);
    return true;
  }

  /** The frames of a run end to end, made once for all that take them, in each form asked for. */
  private static final class Piece {
    private final List<Frame> run;
    private @Nullable Shared webSocket;
    private @Nullable Shared eventStream;

    Piece(List<Frame> run) {
      this.run = run;
    }

    Shared bytes(Wire wire) {
      return switch (wire) {
        case WEB_SOCKET -> {
          Shared made = webSocket;
          if (made == null) {
            made = Shared.of(join(wire));
            webSocket = made;
          }
          yield made;
        }
        case EVENT_STREAM -> {
          Shared made = eventStream;
          if (made == null) {
            made = Shared.of(join(wire));
            eventStream = made;
          }
          yield made;
        }
      };
    }

    private byte[] join(Wire wire) {
      if (run.size() == 1) {
        return run.getFirst().bytes(wire);
      }
      int length = 0;
      for (Frame frame : run) {
        length += frame.bytes(wire).length;
      }
      byte[] whole = new byte[length];
      int at = 0;
      for (Frame frame : run) {
        byte[] bytes = frame.bytes(wire);
        System.arraycopy(bytes, 0, whole, at, bytes.length);
        at += bytes.length;
      }
      return whole;
    }
  }
}
