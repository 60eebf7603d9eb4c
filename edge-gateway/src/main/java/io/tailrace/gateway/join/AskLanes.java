package io.tailrace.gateway.join;

import io.tailrace.schemas.join.JoinWire;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which questions go together, and when: without I/O and clock.
 *
 * <p>A replica answers a request when it can answer all of it, so what may be late must not stand
 * beside what is not: every partition has a lane of its own, and those that must wait for a
 * membership event to commit have another one. A lane that is idle sends at once; while a request
 * of it is under way, what comes is gathered for a short time. Those who ask the same, with the
 * same rights, ask once: the answer to a question depends on nothing else, and they are all
 * registered before it is sent.
 *
 * <p>Owned by whoever holds the lock of the client.
 */
final class AskLanes {
  private final Rules rules;
  private final Map<LaneKey, Lane> lanes = new LinkedHashMap<>();
  private int waiting;
  private int underWay;

  /**
   * What bounds them.
   *
   * @param waitingMax registrations that wait, in all lanes
   * @param underWayMax requests under way, in all lanes
   * @param underWayMaxEach requests under way in one lane
   * @param questionsMax questions in one request
   * @param gatherNanos how long is gathered while a request is under way
   */
  record Rules(
      int waitingMax, int underWayMax, int underWayMaxEach, int questionsMax, long gatherNanos) {}

  /** One who waits for an answer: its number, and where the answer goes. */
  record Asker(long number, Consumer<List<JoinWire.Answer>> to) {}

  /** One question and all who asked it. */
  record Question(JoinWire.Ask ask, List<Asker> askers) {}

  /** Questions of one request. */
  record Batch(LaneKey lane, List<Question> questions) {}

  /**
   * What goes beside each other.
   *
   * @param patient whether the stores may have to wait for a membership event
   */
  record LaneKey(int partition, boolean patient) {}

  /** All that the answer depends on. */
  private record Same(
      String tenant,
      String user,
      Set<String> roles,
      @Nullable List<String> patterns,
      String channel,
      long from,
      long minSeq,
      int epoch,
      @Nullable Long after) {
    static Same of(JoinWire.Ask ask) {
      return new Same(
          ask.who().tenant(),
          ask.who().user(),
          ask.who().roles(),
          ask.who().channelPatterns(),
          ask.channel(),
          ask.from(),
          ask.minSeq(),
          ask.epoch(),
          ask.after());
    }
  }

  private static final class Lane {
    private final Map<Same, Question> waiting = new LinkedHashMap<>();
    private int underWay;
    private long sentNanos;
  }

  AskLanes(Rules rules) {
    this.rules = rules;
  }

  /** Takes a question; false where too many wait. */
  boolean offer(JoinWire.Ask ask, Consumer<List<JoinWire.Answer>> to) {
    if (waiting >= rules.waitingMax()) {
      return false;
    }
    waiting++;
    lanes
        .computeIfAbsent(new LaneKey(ask.partition(), ask.minSeq() > 0), _ -> new Lane())
        .waiting
        .computeIfAbsent(Same.of(ask), _ -> new Question(ask, new ArrayList<>(1)))
        .askers()
        .add(new Asker(ask.number(), to));
    return true;
  }

  /** What is to be sent now; null where nothing is. Each batch is given back by {@link #ended}. */
  @Nullable Batch next(long nowNanos) {
    if (underWay >= rules.underWayMax()) {
      return null;
    }
    for (Map.Entry<LaneKey, Lane> entry : lanes.entrySet()) {
      Lane lane = entry.getValue();
      if (!lane.waiting.isEmpty() && waitNanos(lane, nowNanos) == 0) {
        Batch batch = new Batch(entry.getKey(), take(lane));
        lane.underWay++;
        lane.sentNanos = nowNanos;
        underWay++;
        // To the end of the line, so that no lane keeps the others from their turn.
        lanes.remove(entry.getKey());
        lanes.put(entry.getKey(), lane);
        return batch;
      }
    }
    return null;
  }

  /** How long until {@link #next} gives something, if nothing else happens; -1 for never. */
  long nanosToNext(long nowNanos) {
    long least = -1;
    if (underWay < rules.underWayMax()) {
      for (Lane lane : lanes.values()) {
        long wait = lane.waiting.isEmpty() ? -1 : waitNanos(lane, nowNanos);
        if (wait >= 0 && (least < 0 || wait < least)) {
          least = wait;
        }
      }
    }
    return least;
  }

  /** The request of a batch has come to its end. */
  void ended(Batch batch) {
    underWay--;
    Lane lane = lanes.get(batch.lane());
    if (lane != null) {
      lane.underWay--;
      if (lane.underWay == 0 && lane.waiting.isEmpty()) {
        lanes.remove(batch.lane());
      }
    }
  }

  /** How many registrations wait. */
  int waiting() {
    return waiting;
  }

  /** 0 where a lane may send now, -1 where only an end of a request lets it. */
  private long waitNanos(Lane lane, long nowNanos) {
    if (lane.underWay == 0) {
      return 0;
    }
    if (lane.underWay >= rules.underWayMaxEach()) {
      return -1;
    }
    return Math.max(0, rules.gatherNanos() - (nowNanos - lane.sentNanos));
  }

  private List<Question> take(Lane lane) {
    List<Question> taken = new ArrayList<>();
    Iterator<Question> questions = lane.waiting.values().iterator();
    while (taken.size() < rules.questionsMax() && questions.hasNext()) {
      Question question = questions.next();
      questions.remove();
      waiting -= question.askers().size();
      taken.add(question);
    }
    return taken;
  }
}
