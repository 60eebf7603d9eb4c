package io.tailrace.gateway.fanout;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.frame.ClientFrame;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A client that follows the protocol, with a small buffer beside its catch-up. */
final class ModelClient {
  private static final int BUFFER_MAX = 3;

  /** What it is doing. */
  enum Mode {
    IDLE,
    WAIT,
    LIVE,
    CATCH_UP,
    GONE
  }

  private final String user;
  private final ModelMembers members;
  Mode mode = Mode.IDLE;
  int epoch;
  long applied;
  final TreeMap<Long, Long> history = new TreeMap<>();
  private final Map<Integer, Long> heads = new HashMap<>();
  private final List<JsonNode> buffer = new ArrayList<>();
  private boolean overflowed;
  private long catchUpTo;
  private long ref;

  /** Breaks an invariant. */
  static final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Broken(String what) {
      super(what);
    }
  }

  ModelClient(String user, ModelMembers members) {
    this.user = user;
    this.members = members;
  }

  ClientFrame.Subscribe subscribe() {
    ref++;
    mode = Mode.WAIT;
    buffer.clear();
    overflowed = false;
    Long chain = history.get(applied);
    return new ClientFrame.Subscribe(
        ref,
        List.of(
            new ClientFrame.Want(
                ModelLog.NAME,
                applied,
                epoch == 0 ? null : (Integer) epoch,
                chain == null ? null : Chain.hex(chain),
                Set.of())),
        false);
  }

  void disconnected() {
    mode = Mode.IDLE;
    buffer.clear();
  }

  void unsubscribed() {
    mode = Mode.IDLE;
    buffer.clear();
  }

  void receive(JsonNode frame) {
    switch (frame.path("t").asText()) {
      case "subscribed" -> subscribed(frame);
      case "event" -> event(frame);
      case "behind" -> {
        if (mode == Mode.LIVE || mode == Mode.CATCH_UP) {
          mode = Mode.IDLE;
        }
      }
      case "reset" -> {
        if (frame.path("epoch").asInt() >= epoch) {
          truncate(frame.path("epoch").asInt(), frame.path("after").asLong());
          mode = Mode.IDLE;
        }
      }
      case "error" -> {
        if (mode == Mode.WAIT && frame.path("ref").asLong() == ref) {
          mode = frame.path("code").asText().equals("forbidden") ? Mode.GONE : Mode.IDLE;
        }
      }
      case "revoked" -> {
        if (mode != Mode.IDLE && mode != Mode.WAIT) {
          mode = Mode.GONE;
          buffer.clear();
        }
      }
      default -> {}
    }
  }

  private void subscribed(JsonNode frame) {
    if (mode != Mode.WAIT || frame.path("ref").asLong() != ref) {
      return;
    }
    int now = frame.path("epoch").asInt();
    if (epoch != 0 && epoch != now) {
      truncate(now, 0);
    }
    epoch = now;
    heads.merge(epoch, frame.path("head").asLong(), Math::max);
    begin(frame.path("after").asLong());
    if (frame.has("catchUp")) {
      catchUpTo = frame.at("/catchUp/to").asLong();
      mode = catchUpTo > applied ? Mode.CATCH_UP : Mode.LIVE;
    } else {
      mode = Mode.LIVE;
    }
  }

  /** What lies between is not for this user's eyes, or it is a gap. */
  private void begin(long after) {
    if (after < applied || after > applied && !members.mayBeginAbove(user, after)) {
      throw new Broken(user + " asked from " + applied + " and is given what is above " + after);
    }
    applied = after;
  }

  private void event(JsonNode frame) {
    if (mode == Mode.LIVE) {
      live(frame);
    } else if (mode == Mode.CATCH_UP) {
      if (buffer.size() < BUFFER_MAX) {
        buffer.add(frame);
      } else {
        overflowed = true;
      }
    }
  }

  private void live(JsonNode frame) {
    long seq = frame.path("seq").asLong();
    if (seq <= applied) {
      return;
    }
    if (seq != applied + 1) {
      throw new Broken("a gap: " + seq + " after " + applied);
    }
    apply(seq, frame.path("chain").asLong());
  }

  private void apply(long seq, long chain) {
    if (history.put(seq, chain) != null) {
      throw new Broken("applied twice: " + seq);
    }
    applied = seq;
  }

  /** Reads one page over HTTP from a replica. */
  void catchUp(ModelLog log, int replica) {
    int position = log.replicas[replica];
    int storeEpoch = log.storeEpoch(position);
    if (storeEpoch < epoch) {
      return;
    }
    if (storeEpoch > epoch) {
      truncate(storeEpoch, 0);
      mode = Mode.IDLE;
      return;
    }
    long head = log.committed(position, epoch);
    if (head < catchUpTo) {
      mode = Mode.IDLE; // the wait for minSeq has timed out
      return;
    }
    ModelMembers.View view = members.view(user, head);
    if (view.entry() == null) {
      mode = Mode.GONE;
      return;
    }
    if (applied < view.visibleFrom() - 1) {
      begin(view.visibleFrom() - 1);
    }
    for (int n = 0; n < 3 && applied < head; n++) {
      apply(applied + 1, ModelLog.truth(epoch, applied + 1));
    }
    if (applied >= catchUpTo) {
      mode = overflowed ? Mode.IDLE : Mode.LIVE;
      for (JsonNode frame : buffer) {
        if (frame.path("seq").asLong() == applied + 1) {
          apply(frame.path("seq").asLong(), frame.path("chain").asLong());
        }
      }
      buffer.clear();
    }
  }

  private void truncate(int toEpoch, long after) {
    if (toEpoch < epoch) {
      throw new Broken("the epoch goes back");
    }
    long kept = toEpoch == epoch ? after : 0;
    epoch = toEpoch;
    history.tailMap(kept, false).clear();
    applied = history.isEmpty() ? 0 : history.lastKey();
    buffer.clear();
  }
}
