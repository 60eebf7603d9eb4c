package io.tailrace.gateway.shard;

import io.tailrace.gateway.fanout.Input;
import io.tailrace.schemas.join.JoinWire;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What waits for a shard: batches of the feed and answers of the stores. Filled from any thread but
 * the shard's, emptied by the shard's. Who finds it full waits, which is counted.
 */
final class Inbox {
  /**
   * Each answer may begin a replay of some hundred kilobytes, so a turn takes few of them: between
   * two turns the thread hears what clients say, and finds their hellos before their deadlines.
   */
  static final int ANSWERS_PER_TURN = 64;

  static final int INPUTS_PER_TURN = 256;

  private static final long OFFER_WAIT_MS = 100;

  private final ArrayBlockingQueue<Input> waiting;
  private final Runnable full;
  private final Runnable filled;
  private volatile boolean closed;

  /**
   * An empty one.
   *
   * @param full told each time that somebody has waited
   * @param filled told after each input
   */
  Inbox(int max, Runnable full, Runnable filled) {
    this.waiting = new ArrayBlockingQueue<>(max);
    this.full = full;
    this.filled = filled;
  }

  /** Appends; where it was closed, it is dropped. */
  void put(Input input) throws InterruptedException {
    while (!closed && !waiting.offer(input, OFFER_WAIT_MS, TimeUnit.MILLISECONDS)) {
      full.run();
    }
    filled.run();
  }

  /** Appends answers, in parts that a turn can take. */
  void putAnswers(List<JoinWire.Answer> answers) {
    try {
      for (int from = 0; from < answers.size(); from += ANSWERS_PER_TURN) {
        int to = Math.min(answers.size(), from + ANSWERS_PER_TURN);
        put(new Input.Joined(answers.subList(from, to)));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Takes as much as one turn may, in order. */
  void takeTurn(Consumer<Input> to) {
    Input input;
    int inputs = 0;
    int answers = 0;
    while (inputs < INPUTS_PER_TURN
        && answers < ANSWERS_PER_TURN
        && (input = waiting.poll()) != null) {
      inputs++;
      if (input instanceof Input.Joined joined) {
        answers += joined.answers().size();
      }
      to.accept(input);
    }
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** Nobody waits any more. */
  void close() {
    closed = true;
  }

  boolean isClosed() {
    return closed;
  }
}
