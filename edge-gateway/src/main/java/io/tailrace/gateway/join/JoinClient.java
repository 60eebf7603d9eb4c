package io.tailrace.gateway.join;

import io.tailrace.gateway.measure.GatewayMetrics;
import io.tailrace.gateway.subscribe.JoinAnswer;
import io.tailrace.gateway.subscribe.JoinAsk;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.token.Identity;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a catch-up replica. What waits while all requests are under way is put together by user, so
 * that a storm of subscribes becomes few requests.
 */
public final class JoinClient implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JoinClient.class);
  private static final int CHANNELS_PER_REQUEST = 500;
  private static final int OK = 200;

  private final Settings settings;
  private final URI address;
  private final GatewayMetrics metrics;
  private final HttpClient http;
  private final ArrayBlockingQueue<Question> waiting;
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean closed;

  /**
   * Where and how to ask.
   *
   * @param catchupUrl base address of the replica
   * @param serviceKey the token that services show each other
   * @param requestTimeout longer than the replica itself waits
   * @param requestsMax requests under way
   * @param questionsMax questions waiting
   */
  public record Settings(
      URI catchupUrl,
      String serviceKey,
      Duration requestTimeout,
      int requestsMax,
      int questionsMax) {}

  private record Question(JoinAsk ask, Consumer<List<JoinAnswer>> answerTo) {}

  private record Batch(Identity who, Consumer<List<JoinAnswer>> answerTo) {}

  /** A client that has not been started. */
  public JoinClient(Settings settings, GatewayMetrics metrics) {
    this.settings = settings;
    this.address = settings.catchupUrl().resolve("/internal/v1/join");
    this.metrics = metrics;
    this.waiting = new ArrayBlockingQueue<>(settings.questionsMax());
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(settings.requestTimeout())
            .build();
  }

  /** Starts the threads that ask. */
  public void start() {
    for (int i = 0; i < settings.requestsMax(); i++) {
      threads.add(Thread.ofVirtual().name("join-" + i).start(this::run));
    }
  }

  /** Queues questions; those for which there is no room are answered at once. Never blocks. */
  public void ask(List<JoinAsk> asks, Consumer<List<JoinAnswer>> answerTo) {
    List<JoinAnswer> refused = new ArrayList<>();
    for (JoinAsk ask : asks) {
      if (!waiting.offer(new Question(ask, answerTo))) {
        refused.add(notReady(ask, "too many subscribes at once"));
      }
    }
    if (!refused.isEmpty()) {
      answerTo.accept(refused);
    }
  }

  /** Stops asking; what waits is never answered. */
  @Override
  public void close() {
    closed = true;
    threads.forEach(Thread::interrupt);
    http.shutdownNow();
  }

  private void run() {
    while (!closed) {
      try {
        List<Question> taken = new ArrayList<>();
        taken.add(waiting.take());
        waiting.drainTo(taken, CHANNELS_PER_REQUEST - 1);
        Map<Batch, List<JoinAsk>> batches = new LinkedHashMap<>();
        for (Question question : taken) {
          batches
              .computeIfAbsent(
                  new Batch(question.ask().who(), question.answerTo()), _ -> new ArrayList<>())
              .add(question.ask());
        }
        for (Map.Entry<Batch, List<JoinAsk>> batch : batches.entrySet()) {
          batch.getKey().answerTo().accept(ask(batch.getKey().who(), batch.getValue()));
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private List<JoinAnswer> ask(Identity who, List<JoinAsk> asks) throws InterruptedException {
    long start = System.nanoTime();
    try {
      HttpRequest request =
          HttpRequest.newBuilder(address)
              .timeout(settings.requestTimeout())
              .header("Authorization", "Bearer " + settings.serviceKey())
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofByteArray(JoinJson.request(who, asks)))
              .build();
      HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
      metrics.joined(System.nanoTime() - start);
      if (response.statusCode() != OK) {
        LOG.atWarn().addKeyValue("status", response.statusCode()).log("a join was refused");
        return notReady(asks, "the stores refused the question");
      }
      return JoinJson.answers(response.body(), asks);
    } catch (IOException e) {
      LOG.atWarn().addKeyValue("error", e.toString()).log("the stores cannot be reached");
      return notReady(asks, "the stores cannot be reached");
    }
  }

  private static List<JoinAnswer> notReady(List<JoinAsk> asks, String why) {
    List<JoinAnswer> answers = new ArrayList<>(asks.size());
    for (JoinAsk ask : asks) {
      answers.add(notReady(ask, why));
    }
    return answers;
  }

  private static JoinAnswer notReady(JoinAsk ask, String why) {
    return new JoinAnswer.Refused(ask.number(), ProblemCode.NOT_READY, why);
  }
}
