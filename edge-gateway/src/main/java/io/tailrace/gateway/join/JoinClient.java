package io.tailrace.gateway.join;

import io.tailrace.gateway.measure.GatewayMetrics;
import io.tailrace.schemas.join.JoinWire;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.tls.TrustedAuthorities;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a catch-up replica. {@link AskLanes} says which questions go together; each request has a
 * virtual thread of its own while it is under way.
 */
public final class JoinClient implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JoinClient.class);
  private static final int QUESTIONS_PER_REQUEST = 500;

  /** So that a partition that is slow leaves most requests to the others. */
  private static final int LANES_AT_LEAST = 4;

  private static final int OK = 200;

  private final Settings settings;
  private final URI address;
  private final GatewayMetrics metrics;
  private final LongSupplier nanoTime;
  private final HttpClient http;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final AskLanes lanes;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private volatile boolean closed;

  /**
   * Where and how to ask.
   *
   * @param catchupUrl base address of the replica
   * @param serviceKey the token that services show each other
   * @param requestTimeout longer than the replica itself waits
   * @param requestsMax requests under way
   * @param questionsMax questions waiting
   * @param gather how long questions of a partition are gathered while one is under way
   * @param authorities whom it trusts over TLS; empty for those of the JVM
   */
  public record Settings(
      URI catchupUrl,
      String serviceKey,
      Duration requestTimeout,
      int requestsMax,
      int questionsMax,
      Duration gather,
      Optional<Path> authorities) {}

  /** A client that has not been started. */
  public JoinClient(Settings settings, GatewayMetrics metrics, LongSupplier nanoTime) {
    this.settings = settings;
    this.address = settings.catchupUrl().resolve(JoinWire.PATH);
    this.metrics = metrics;
    this.nanoTime = nanoTime;
    this.lanes =
        new AskLanes(
            new AskLanes.Rules(
                settings.questionsMax(),
                settings.requestsMax(),
                Math.max(1, settings.requestsMax() / LANES_AT_LEAST),
                QUESTIONS_PER_REQUEST,
                settings.gather().toNanos()));
    this.http =
        TrustedAuthorities.trust(HttpClient.newBuilder(), settings.authorities())
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(settings.requestTimeout())
            .build();
  }

  /** Starts the thread that sends what is due. */
  public void start() {
    threads.execute(this::run);
  }

  /** Queues questions; those for which there is no room are answered at once. Never blocks. */
  public void ask(List<JoinWire.Ask> asks, Consumer<List<JoinWire.Answer>> answerTo) {
    List<JoinWire.Answer> refused = new ArrayList<>();
    lock.lock();
    try {
      for (JoinWire.Ask ask : asks) {
        if (!lanes.offer(ask, answerTo)) {
          refused.add(notReady(ask.number(), "too many subscribes at once"));
        }
      }
      changed.signal();
    } finally {
      lock.unlock();
    }
    if (!refused.isEmpty()) {
      answerTo.accept(refused);
    }
  }

  /** Stops asking; what waits is never answered. */
  @Override
  public void close() {
    closed = true;
    threads.shutdownNow();
    http.shutdownNow();
  }

  private void run() {
    try {
      while (!closed) {
        AskLanes.Batch batch = awaitNext();
        threads.execute(() -> carry(batch));
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (RejectedExecutionException _) {
      // Closed in between.
    }
  }

  private AskLanes.Batch awaitNext() throws InterruptedException {
    lock.lock();
    try {
      while (true) {
        long nowNanos = nanoTime.getAsLong();
        AskLanes.Batch batch = lanes.next(nowNanos);
        if (batch != null) {
          return batch;
        }
        long wait = lanes.nanosToNext(nowNanos);
        if (wait < 0) {
          changed.await();
        } else {
          var _ = changed.awaitNanos(wait);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void carry(AskLanes.Batch batch) {
    List<JoinWire.Answer> answers;
    try {
      answers = answers(batch.questions());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return;
    } finally {
      lock.lock();
      try {
        lanes.ended(batch);
        changed.signal();
      } finally {
        lock.unlock();
      }
    }
    Map<Consumer<List<JoinWire.Answer>>, List<JoinWire.Answer>> byShard = new HashMap<>();
    for (int i = 0; i < answers.size(); i++) {
      for (AskLanes.Asker asker : batch.questions().get(i).askers()) {
        byShard
            .computeIfAbsent(asker.to(), _ -> new ArrayList<>())
            .add(answers.get(i).numbered(asker.number()));
      }
    }
    byShard.forEach(Consumer::accept);
  }

  /** One answer per question, in the same order; its number is of no meaning. */
  private List<JoinWire.Answer> answers(List<AskLanes.Question> questions)
      throws InterruptedException {
    // Numbers are a shard's own: on the wire a question is known by its place in the request.
    List<JoinWire.Ask> asks = new ArrayList<>(questions.size());
    for (int i = 0; i < questions.size(); i++) {
      asks.add(questions.get(i).ask().numbered(i));
    }
    String why;
    try {
      HttpResponse<byte[]> response = send(JoinWire.encodeAsks(asks));
      if (response.statusCode() == OK) {
        return matched(questions.size(), JoinWire.decodeAnswers(response.body()));
      }
      LOG.atWarn().addKeyValue("status", response.statusCode()).log("a join was refused");
      why = "the stores refused the question";
    } catch (IOException e) {
      LOG.atWarn().addKeyValue("error", e.toString()).log("the stores cannot be reached");
      why = "the stores cannot be reached";
    }
    return refusals(questions.size(), why);
  }

  private HttpResponse<byte[]> send(byte[] body) throws IOException, InterruptedException {
    long start = nanoTime.getAsLong();
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .timeout(settings.requestTimeout())
            .header("Authorization", "Bearer " + settings.serviceKey())
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
    metrics.joined(nanoTime.getAsLong() - start);
    return response;
  }

  private static List<JoinWire.Answer> matched(int questions, List<JoinWire.Answer> answers) {
    List<JoinWire.Answer> matched = refusals(questions, "the stores gave no answer");
    for (JoinWire.Answer answer : answers) {
      int i = (int) answer.number();
      if (i >= 0 && i < questions) {
        matched.set(i, answer);
      }
    }
    return matched;
  }

  private static List<JoinWire.Answer> refusals(int questions, String why) {
    List<JoinWire.Answer> refusals = new ArrayList<>(questions);
    for (int i = 0; i < questions; i++) {
      refusals.add(notReady(i, why));
    }
    return refusals;
  }

  private static JoinWire.Answer notReady(long number, String why) {
    return new JoinWire.Answer.Refused(number, ProblemCode.NOT_READY, why);
  }
}
