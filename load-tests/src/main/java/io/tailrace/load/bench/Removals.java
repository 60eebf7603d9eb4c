package io.tailrace.load.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.load.driver.Answer;
import io.tailrace.load.driver.Http;
import io.tailrace.standalone.cli.CommandException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.HdrHistogram.Histogram;

/**
 * Removes a subscriber of a channel that is written to, over and over, and times the frame that
 * says so: from the answer to whoever removed it, and from the commit. The commit's time stands in
 * the event that a member who stays gets.
 */
final class Removals {
  private final Http admin;
  private final String channel;
  private final String user;
  private final Histogram sinceAnswer = Latencies.histogram();
  private final Histogram sinceCommit = Latencies.histogram();
  private int beforeAnswer;

  /**
   * @param admin whose token may change members
   * @param user who is removed and set again
   */
  Removals(Http admin, String channel, String user) {
    this.admin = admin;
    this.channel = channel;
    this.user = user;
  }

  /** Milliseconds from the answer to the frame; 0 where the frame was there first. */
  Histogram sinceAnswer() {
    return sinceAnswer;
  }

  Histogram sinceCommit() {
    return sinceCommit;
  }

  /** How often the subscriber knew before whoever removed them had an answer. */
  int beforeAnswer() {
    return beforeAnswer;
  }

  /**
   * Does it so often.
   *
   * @param watcher subscribes as the one who is removed
   * @param stays is subscribed as a member who stays
   */
  void run(int count, TimedSocket watcher, TimedSocket stays)
      throws IOException, InterruptedException {
    for (int n = 0; n < count; n++) {
      set(user, "member");
      watcher.subscribeSoon(channel);
      Answer answer = checked(admin.delete(path(user)), "DELETE");
      long answered = System.nanoTime();
      TimedSocket.Frame revoked = watcher.await("revoked", "error");
      if (!revoked.is("revoked")) {
        throw new CommandException("instead of revoked came " + revoked.text());
      }
      long seq = revoked.json().path("seq").asLong();
      if (answer.status() == 201 && answer.json().path("seq").asLong() != seq) {
        throw new CommandException(
            "revoked as of seq " + seq + ", removed as of " + answer.json().path("seq"));
      }
      long late = revoked.nanoTime() - answered;
      beforeAnswer += late < 0 ? 1 : 0;
      Latencies.record(sinceAnswer, Math.max(0, late));
      Latencies.record(sinceCommit, Duration.between(commit(stays, seq), revoked.at()).toNanos());
    }
  }

  /** Adds somebody, or gives them another role. */
  void set(String who, String role) throws IOException, InterruptedException {
    byte[] body = ("{\"role\":\"" + role + "\"}").getBytes(StandardCharsets.UTF_8);
    checked(admin.put(path(who), body), "PUT");
  }

  private static Instant commit(TimedSocket stays, long seq) throws InterruptedException {
    while (true) {
      JsonNode event = stays.await("event").json();
      if (event.path("seq").asLong() == seq) {
        return Instant.parse(event.path("time").asText());
      }
    }
  }

  private String path(String who) {
    return "/v1/channels/" + channel + "/members/" + who;
  }

  private static Answer checked(Answer answer, String what) {
    if (answer.status() / 100 != 2) {
      throw new CommandException(
          what + " of a member was answered " + answer.status() + " " + answer.code());
    }
    return answer;
  }
}
