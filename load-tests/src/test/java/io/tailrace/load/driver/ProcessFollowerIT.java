package io.tailrace.load.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.load.driver.ProcessFollower.Command;
import io.tailrace.load.oracle.Via;
import io.tailrace.load.target.Target;
import io.tailrace.schemas.testkit.Await;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a client in another process says wrongly is found out; a shell plays the client. */
class ProcessFollowerIT {
  private static final String CHANNEL = "chat:room";
  private static final URI NOWHERE = URI.create("http://127.0.0.1:1");
  private static final Target TARGET =
      new Target(NOWHERE, NOWHERE, NOWHERE, "demo", user -> "token of " + user, () -> "");

  private final Crew crew = new Crew(TARGET);

  @AfterEach
  void close() {
    crew.close();
  }

  @Test
  void whatItAppliesIsWitnessed() throws IOException {
    try (var follower = saying(event(1), event(2))) {
      Await.until("both are applied", () -> follower.last(CHANNEL) == 2);

      var seen = follower.witnesses(CHANNEL).getFirst().sightings();
      assertEquals(List.of(Via.JS_CLIENT, Via.JS_CLIENT), seen.stream().map(s -> s.via()).toList());
    }
  }

  @Test
  void anEventTwiceIsAViolation() throws IOException {
    expect("the JavaScript client delivered seq 1 after seq 1", event(1), event(1));
  }

  @Test
  void aGapIsAViolation() throws IOException {
    expect("the JavaScript client delivered seq 3 after seq 1", event(1), event(3));
  }

  @Test
  void anotherEventUnderAKnownSeqIsAViolation() throws IOException {
    expect("first it was id", event(1), event(1).replace("0001\"", "0009\""));
  }

  @Test
  void anotherEpochIsAViolation() throws IOException {
    expect(
        "the epoch changed from 1 to 2",
        "{\"k\":\"live\",\"channel\":\"chat:room\",\"epoch\":2,\"head\":1}");
  }

  @Test
  void aProcessThatEndsIsAViolation() throws IOException {
    try (var follower = run("read order; echo out of memory; exit 3")) {
      assertEquals(0, follower.last(CHANNEL));
      expect("its process ended by itself: out of memory");
    }
  }

  private void expect(String words, String... lines) throws IOException {
    try (var _ = saying(lines)) {
      expect(words);
    }
  }

  private void expect(String words) {
    Await.until("a failure", () -> crew.failures().first() != null);
    var found = String.valueOf(crew.failures().first());
    assertTrue(found.contains(words), found);
  }

  private ProcessFollower saying(String... lines) throws IOException {
    return run("read order; printf '%s\\n' '" + String.join("' '", lines) + "'; cat");
  }

  private ProcessFollower run(String script) throws IOException {
    var command = new Command(List.of("sh", "-c", script), Via.JS_CLIENT, List.of("ws"), null);
    return new ProcessFollower(
        Seat.alone("subscriber", List.of(CHANNEL)), command, new Numbered(crew, 1), TARGET);
  }

  private static String event(int seq) {
    return ("{\"k\":\"event\",\"channel\":\"chat:room\",\"seq\":%d,"
            + "\"id\":\"00000000-0000-0000-0000-00000000%04d\",\"type\":\"message.posted\","
            + "\"time\":\"2026-11-25T04:30:26.000000Z\",\"chain\":\"%016x\",\"raw\":\"{}\"}")
        .formatted(seq, seq, seq);
  }
}
