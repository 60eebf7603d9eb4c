package io.tailrace.load.bench;

import io.tailrace.load.fault.ManyProcesses;
import io.tailrace.schemas.join.JoinWire;
import io.tailrace.schemas.token.Identity;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Asks one catch-up process for history and for a join of a channel in every partition, again and
 * again, as clients and gateways do: what is refused is asked again until it is answered. How long
 * that took is told to {@link Stalls}, history first, joins behind them.
 */
final class Questions implements AutoCloseable {
  private static final long EVERY_MS = 20;
  private static final Duration LONGEST = Duration.ofSeconds(20);

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();
  private final List<Thread> threads = new ArrayList<>();
  private final String token;
  private final String serviceKey;
  private final Identity who;
  private final Stalls waits;
  private volatile URI asked;
  private volatile boolean ended;

  /**
   * Begins at once.
   *
   * @param channels one in each partition, by the partition's number
   */
  Questions(ManyProcesses system, List<String> channels, Stalls waits, URI asked) {
    this.token = system.target().tokens().apply("reader");
    this.serviceKey = system.serviceKey();
    this.who =
        new Identity(
            system.target().tenant(),
            "reader",
            null,
            Set.of(),
            null,
            Instant.now().plus(Duration.ofDays(1)));
    this.waits = waits;
    this.asked = asked;
    for (int partition = 0; partition < channels.size(); partition++) {
      int number = partition;
      String channel = channels.get(partition);
      begin(number, () -> history(channel));
      begin(channels.size() + number, () -> join(channel, number));
    }
  }

  /** From now on that process is asked. */
  void ask(URI process) {
    asked = process;
  }

  @FunctionalInterface
  private interface Question {
    boolean isAnswered() throws IOException, InterruptedException;
  }

  private void begin(int number, Question question) {
    threads.add(Thread.ofVirtual().name("question-" + number).start(() -> run(number, question)));
  }

  private void run(int number, Question question) {
    try {
      while (!ended) {
        long due = System.nanoTime();
        while (!ended && !answered(question)) {
          TimeUnit.MILLISECONDS.sleep(EVERY_MS);
        }
        waits.delivered(number, due, System.nanoTime() - due);
        TimeUnit.MILLISECONDS.sleep(EVERY_MS);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean answered(Question question) throws InterruptedException {
    try {
      return question.isAnswered();
    } catch (IOException _) {
      return false; // a process that is gone; another one is asked by now
    }
  }

  private boolean history(String channel) throws IOException, InterruptedException {
    HttpRequest request =
        request("/v1/channels/" + channel + "/events?after=0&limit=1", token).GET().build();
    return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
  }

  private boolean join(String channel, int partition) throws IOException, InterruptedException {
    byte[] body =
        JoinWire.encodeAsks(List.of(new JoinWire.Ask(1, who, channel, partition, 0, 0, 0, 0L)));
    HttpRequest request =
        request(JoinWire.PATH, serviceKey).POST(BodyPublishers.ofByteArray(body)).build();
    var response = http.send(request, BodyHandlers.ofByteArray());
    return response.statusCode() == 200
        && JoinWire.decodeAnswers(response.body()).getFirst() instanceof JoinWire.Answer.View;
  }

  private HttpRequest.Builder request(String path, String bearer) {
    return HttpRequest.newBuilder(asked.resolve(path))
        .timeout(LONGEST)
        .header("Authorization", "Bearer " + bearer)
        .header("Content-Type", "application/json");
  }

  @Override
  public void close() {
    ended = true;
    threads.forEach(Thread::interrupt);
    http.shutdownNow();
  }
}
