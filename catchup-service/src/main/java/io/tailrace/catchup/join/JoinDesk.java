package io.tailrace.catchup.join;

import io.tailrace.catchup.auth.ReadRight;
import io.tailrace.catchup.auth.Reader;
import io.tailrace.catchup.await.Moments;
import io.tailrace.catchup.await.Progress;
import io.tailrace.catchup.route.Peers;
import io.tailrace.catchup.route.Routes;
import io.tailrace.schemas.join.JoinWire;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.sequencer.store.HistoryReader;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Answers joins: all questions of a partition from one view, the partitions and the processes that
 * hold them beside each other. A request takes two seconds at most; and once some of it has been
 * answered, what is still missing half a second later is told to be not ready, so that one slow
 * partition does not hold up the subscribers of all others.
 */
public final class JoinDesk {
  private static final Duration GRACE = Duration.ofMillis(500);

  /** Shorter, so that what another process has is back before its asker gives it up. */
  private static final Duration GRACE_HERE = Duration.ofMillis(250);

  private static final String PARTITIONS =
      "gateway and replica place this channel differently: give both the same kafka.partitions and"
          + " contracts";

  private final HistoryReader history;
  private final Progress progress;
  private final ReadRight right;
  private final Others others;
  private final ExecutorService threads;

  /** Where the partitions are that are not here. */
  public record Others(Routes routes, Peers peers) {}

  /** With an executor of virtual threads for what waits. */
  public JoinDesk(
      HistoryReader history,
      Progress progress,
      ReadRight right,
      Others others,
      ExecutorService threads) {
    this.history = history;
    this.progress = progress;
    this.right = right;
    this.others = others;
    this.threads = threads;
  }

  private record Open(int place, Reader reader, JoinWire.Ask ask) {}

  /** Answers every question, from wherever its partition is. */
  public List<JoinWire.Answer> answer(List<JoinWire.Ask> asks) throws InterruptedException {
    return answer(asks, true, GRACE);
  }

  /** Answers those whose partitions are here; all others are not ready. */
  public List<JoinWire.Answer> answerHere(List<JoinWire.Ask> asks) throws InterruptedException {
    return answer(asks, false, GRACE_HERE);
  }

  private List<JoinWire.Answer> answer(List<JoinWire.Ask> asks, boolean askOn, Duration grace)
      throws InterruptedException {
    Slots slots = new Slots(asks);
    Map<Integer, List<Open>> byPartition = placed(asks, slots);
    Map<URI, List<Open>> byProcess = new HashMap<>();
    List<Runnable> waits = new ArrayList<>();
    byPartition.forEach((partition, open) -> {
      if (askOn && others.routes().of(partition) instanceof Routes.Place.At(URI process)) {
        byProcess.computeIfAbsent(process, _ -> new ArrayList<>()).addAll(open);
        return;
      }
      look(partition, open, slots);
      if (!open.isEmpty()) {
        waits.add(() -> await(partition, open, slots));
      }
    });
    byProcess.forEach((process, open) -> waits.add(() -> ask(process, open, slots)));
    await(waits, waits.size() < byPartition.size(), grace);
    return slots.take();
  }

  /** Puts what is no question into its slot and returns what is left, by partition. */
  private Map<Integer, List<Open>> placed(List<JoinWire.Ask> asks, Slots slots) {
    Map<Integer, List<Open>> byPartition = new LinkedHashMap<>();
    for (int place = 0; place < asks.size(); place++) {
      JoinWire.Ask ask = asks.get(place);
      switch (right.decide(ask.who(), ask.channel())) {
        case ReadRight.Decision.Asks(Reader reader) -> {
          int partition = history.partitionOf(reader.channel());
          if (partition == ask.partition()) {
            byPartition
                .computeIfAbsent(partition, _ -> new ArrayList<>())
                .add(new Open(place, reader, ask));
          } else {
            // Its offset would be compared with those of another partition.
            refuse(slots, place, ask, ProblemCode.BAD_REQUEST, PARTITIONS);
          }
        }
        case ReadRight.Decision.Refused(var problem) ->
            refuse(slots, place, ask, problem.code(), problem.detail());
      }
    }
    return byPartition;
  }

  private static void refuse(
      Slots slots, int place, JoinWire.Ask ask, ProblemCode code, String detail) {
    slots.put(place, new JoinWire.Answer.Refused(ask.number(), code, detail));
  }

  /** Runs the waits beside each other, and leaves those that are late. */
  private void await(List<Runnable> waits, boolean someAnswered, Duration grace)
      throws InterruptedException {
    CompletionService<Void> running = new ExecutorCompletionService<>(threads);
    List<Future<Void>> all = new ArrayList<>();
    waits.forEach(wait -> all.add(running.submit(wait, null)));
    long end = System.nanoTime() + Moments.FOR_STORE.toNanos();
    try {
      boolean some = someAnswered;
      for (int left = waits.size(); left > 0; left--) {
        long most = Math.max(0, end - System.nanoTime());
        long nanos = some ? Math.min(most, grace.toNanos()) : most;
        if (running.poll(nanos, TimeUnit.NANOSECONDS) == null) {
          return;
        }
        some = true;
      }
    } finally {
      all.forEach(wait -> wait.cancel(true));
    }
  }

  private void await(int partition, List<Open> open, Slots slots) {
    try {
      progress.onPartition(
          partition,
          Moments.FOR_STORE,
          () -> {
            look(partition, open, slots);
            return open.isEmpty() ? Boolean.TRUE : null;
          });
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Answers what can be answered now, and takes it off the list. */
  private void look(int partition, List<Open> open, Slots slots) {
    HistoryReader.@Nullable View opened = history.open(partition);
    if (opened == null) {
      return;
    }
    try (HistoryReader.View view = opened) {
      open.removeIf(one -> {
        JoinWire.Answer answer = JoinRules.answer(view, one.reader(), one.ask());
        if (answer != null) {
          slots.put(one.place(), answer);
        }
        return answer != null;
      });
    }
  }

  /** Asks another process; its numbers are the places of the questions here. */
  private void ask(URI process, List<Open> open, Slots slots) {
    Map<Long, Open> byNumber = new HashMap<>();
    List<JoinWire.Ask> asks = new ArrayList<>(open.size());
    for (Open one : open) {
      byNumber.put((long) one.place(), one);
      asks.add(one.ask().numbered(one.place()));
    }
    try {
      byte[] body =
          others.peers().post(process, JoinPath.HERE, JoinWire.encodeAsks(asks), Moments.FOR_STORE);
      if (body == null) {
        return;
      }
      for (JoinWire.Answer answer : JoinWire.decodeAnswers(body)) {
        Open one = byNumber.get(answer.number());
        if (one != null) {
          slots.put(one.place(), answer.numbered(one.ask().number()));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      // What it did not answer readably is not ready.
    }
  }
}
