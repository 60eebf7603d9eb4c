package io.tailrace.gateway.join;

import io.tailrace.gateway.measure.GatewayMetrics;
import io.tailrace.schemas.join.JoinWire;
import io.tailrace.schemas.problem.ProblemCode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a catch-up replica. What waits while all requests are under way goes together in the next,
 * so that a storm of subscribes becomes few requests.
 */
public final class JoinClient implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JoinClient.class);
  private static final int QUESTIONS_PER_REQUEST = 500;
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

  private record Question(JoinWire.Ask ask, Consumer<List<JoinWire.Answer>> answerTo) {}

  /** A client that has not been started. */
  public JoinClient(Settings settings, GatewayMetrics metrics) {
    this.settings = settings;
    this.address = settings.catchupUrl().resolve(JoinWire.PATH);
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
  public void ask(List<JoinWire.Ask> asks, Consumer<List<JoinWire.Answer>> answerTo) {
    List<JoinWire.Answer> refused = new ArrayList<>();
    for (JoinWire.Ask ask : asks) {
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
    List<Question> taken = new ArrayList<>();
    while (!closed) {
      try {
        taken.clear();
        taken.add(waiting.take());
        waiting.drainTo(taken, QUESTIONS_PER_REQUEST - 1);
        List<JoinWire.Answer> answers = ask(taken);
        Map<Consumer<List<JoinWire.Answer>>, List<JoinWire.Answer>> byShard = new HashMap<>();
        for (int i = 0; i < taken.size(); i++) {
          byShard
              .computeIfAbsent(taken.get(i).answerTo(), _ -> new ArrayList<>())
              .add(answers.get(i));
        }
        byShard.forEach(Consumer::accept);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /** One answer per question, in the same order. */
  private List<JoinWire.Answer> ask(List<Question> questions) throws InterruptedException {
    // Numbers are a shard's own: on the wire a question is known by its place in the request.
    List<JoinWire.Ask> asks = new ArrayList<>(questions.size());
    for (int i = 0; i < questions.size(); i++) {
      asks.add(numbered(questions.get(i).ask(), i));
    }
    String why;
    try {
      HttpResponse<byte[]> response = send(JoinWire.encodeAsks(asks));
      if (response.statusCode() == OK) {
        return matched(questions, JoinWire.decodeAnswers(response.body()));
      }
      LOG.atWarn().addKeyValue("status", response.statusCode()).log("a join was refused");
      why = "the stores refused the question";
    } catch (IOException e) {
      LOG.atWarn().addKeyValue("error", e.toString()).log("the stores cannot be reached");
      why = "the stores cannot be reached";
    }
    return matched(questions, why);
  }

  private HttpResponse<byte[]> send(byte[] body) throws IOException, InterruptedException {
    long start = System.nanoTime();
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .timeout(settings.requestTimeout())
            .header("Authorization", "Bearer " + settings.serviceKey())
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
    metrics.joined(System.nanoTime() - start);
    return response;
  }

  private static List<JoinWire.Answer> matched(
      List<Question> questions, List<JoinWire.Answer> answers) {
    List<JoinWire.Answer> matched = matched(questions, "the stores gave no answer");
    for (JoinWire.Answer answer : answers) {
      int i = (int) answer.number();
      if (i >= 0 && i < matched.size()) {
        matched.set(i, numbered(answer, questions.get(i).ask().number()));
      }
    }
    return matched;
  }

  private static List<JoinWire.Answer> matched(List<Question> questions, String why) {
    List<JoinWire.Answer> answers = new ArrayList<>(questions.size());
    for (Question question : questions) {
      answers.add(notReady(question.ask(), why));
    }
    return answers;
  }

  private static JoinWire.Ask numbered(JoinWire.Ask ask, long number) {
    return new JoinWire.Ask(
        number,
        ask.who(),
        ask.channel(),
        ask.partition(),
        ask.from(),
        ask.minSeq(),
        ask.epoch(),
        ask.after());
  }

  private static JoinWire.Answer numbered(JoinWire.Answer answer, long number) {
    return switch (answer) {
      case JoinWire.Answer.View view ->
          new JoinWire.Answer.View(
              number,
              view.epoch(),
              view.head(),
              view.position(),
              view.visibleFrom(),
              view.chainAtAfter());
      case JoinWire.Answer.Refused refused ->
          new JoinWire.Answer.Refused(number, refused.code(), refused.detail());
    };
  }

  private static JoinWire.Answer notReady(JoinWire.Ask ask, String why) {
    return new JoinWire.Answer.Refused(ask.number(), ProblemCode.NOT_READY, why);
  }
}
