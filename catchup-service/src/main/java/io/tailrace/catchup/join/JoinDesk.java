package io.tailrace.catchup.join;

import io.tailrace.catchup.auth.ReadRight;
import io.tailrace.catchup.await.Progress;
import io.tailrace.schemas.join.JoinWire;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.sequencer.store.HistoryReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Answers joins: all questions of a partition from one view, the partitions beside each other. */
public final class JoinDesk {
  private static final Duration WAIT = Duration.ofSeconds(2);
  private static final String PARTITIONS =
      "gateway and replica place this channel differently: set kafka.partitions alike";

  private final HistoryReader history;
  private final Progress progress;
  private final ReadRight right;
  private final ExecutorService threads;

  /** With an executor of virtual threads for partitions that wait. */
  public JoinDesk(
      HistoryReader history, Progress progress, ReadRight right, ExecutorService threads) {
    this.history = history;
    this.progress = progress;
    this.right = right;
    this.threads = threads;
  }

  private record Open(Channel channel, JoinWire.Ask ask) {}

  /** Answers every question, waiting at most two seconds for the store. */
  public List<JoinWire.Answer> answer(List<JoinWire.Ask> asks) throws InterruptedException {
    List<JoinWire.Answer> answers = new ArrayList<>(asks.size());
    Map<Integer, List<Open>> byPartition = new LinkedHashMap<>();
    for (JoinWire.Ask ask : asks) {
      switch (right.decide(ask.who(), ask.channel())) {
        case ReadRight.Decision.Granted(Channel channel, var _) -> {
          int partition = history.partitionOf(channel);
          if (partition == ask.partition()) {
            byPartition
                .computeIfAbsent(partition, _ -> new ArrayList<>())
                .add(new Open(channel, ask));
          } else {
            // Its offset would be compared with those of another partition.
            answers.add(
                new JoinWire.Answer.Refused(ask.number(), ProblemCode.BAD_REQUEST, PARTITIONS));
          }
        }
        case ReadRight.Decision.Refused(var problem) ->
            answers.add(
                new JoinWire.Answer.Refused(ask.number(), problem.code(), problem.detail()));
      }
    }
    answers.addAll(answerOpen(byPartition));
    return answers;
  }

  private Collection<JoinWire.Answer> answerOpen(Map<Integer, List<Open>> byPartition)
      throws InterruptedException {
    List<JoinWire.Answer> answers = new ArrayList<>();
    List<Future<List<JoinWire.Answer>>> waits = new ArrayList<>();
    byPartition.forEach((partition, open) -> {
      answers.addAll(look(partition, open));
      if (!open.isEmpty()) {
        waits.add(threads.submit(() -> await(partition, open)));
      }
    });
    for (Future<List<JoinWire.Answer>> wait : waits) {
      try {
        answers.addAll(wait.get());
      } catch (ExecutionException e) {
        throw new IllegalStateException("a join could not be answered", e);
      }
    }
    return answers;
  }

  private List<JoinWire.Answer> await(int partition, List<Open> open) throws InterruptedException {
    List<JoinWire.Answer> answers = new ArrayList<>();
    progress.onPartition(
        partition,
        WAIT,
        () -> {
          answers.addAll(look(partition, open));
          return open.isEmpty() ? Boolean.TRUE : null;
        });
    for (Open left : open) {
      answers.add(
          new JoinWire.Answer.Refused(
              left.ask().number(),
              ProblemCode.NOT_READY,
              "the history store is not caught up yet: subscribe again shortly"));
    }
    return answers;
  }

  /** Answers what can be answered now, and takes it off the list. */
  private List<JoinWire.Answer> look(int partition, List<Open> open) {
    List<JoinWire.Answer> answers = new ArrayList<>();
    HistoryReader.@Nullable View opened = history.open(partition);
    if (opened == null) {
      return answers;
    }
    try (HistoryReader.View view = opened) {
      open.removeIf(one -> {
        JoinWire.Answer answer = JoinRules.answer(view, one.channel(), one.ask());
        return answer != null && answers.add(answer);
      });
    }
    return answers;
  }
}
