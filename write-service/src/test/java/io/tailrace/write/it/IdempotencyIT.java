package io.tailrace.write.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.write.it.Caller.Reply;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** One key, one write: raced, repeated, repeated after a restart, with another body. */
@SuppressWarnings("NullAway.Init") // JUnit fills the fields before any test
class IdempotencyIT {
  private static Running running;

  @BeforeAll
  static void start() {
    running = new Running();
  }

  @AfterAll
  static void stop() {
    running.close();
  }

  @Test
  void sixteenThreadsWithOneKeyWriteOnce()
      throws SQLException, InterruptedException, ExecutionException {
    Caller ada = running.caller("ada");
    for (int round = 0; round < 10; round++) {
      String key = "race-" + round;
      String channel = "chat:race-" + round;
      List<Reply> replies = new ArrayList<>();

      try (ExecutorService threads = Executors.newFixedThreadPool(16)) {
        List<Future<Reply>> futures = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
          futures.add(
              threads.submit(
                  () -> ada.event(channel, Caller.message("x"), "Idempotency-Key", key)));
        }
        for (Future<Reply> future : futures) {
          replies.add(future.get());
        }
      }

      Set<String> answers = new TreeSet<>();
      int first = 0;
      for (Reply reply : replies) {
        assertEquals(201, reply.status(), reply.raw().body());
        answers.add(reply.raw().body());
        first += reply.replayed() ? 0 : 1;
      }
      assertEquals(1, answers.size(), "all answers are the first one");
      assertEquals(1, first, "one of them wrote");
      assertEquals(1, WriteIT.count("channel = '" + channel + "'"));
    }
  }

  @Test
  void twoServicesRacingForOneKeyWriteOnce()
      throws SQLException, InterruptedException, ExecutionException {
    try (Running other = new Running();
        ExecutorService threads = Executors.newFixedThreadPool(8)) {
      other.sequencer.pause(true);
      for (int round = 0; round < 10; round++) {
        String key = "two-" + round;
        String channel = "chat:two-" + round;
        List<Future<Reply>> futures = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
          Caller caller = (i % 2 == 0 ? running : other).caller("bob");
          futures.add(
              threads.submit(
                  () -> caller.event(channel, Caller.message("x"), "Idempotency-Key", key)));
        }
        Set<String> answers = new TreeSet<>();
        for (Future<Reply> future : futures) {
          assertEquals(201, future.get().status());
          answers.add(future.get().raw().body());
        }
        assertEquals(1, answers.size());
        assertEquals(1, WriteIT.count("channel = '" + channel + "'"));
      }
    }
  }

  @Test
  void aServiceThatNeverSawTheEventFindsItInTheLog() {
    Reply first =
        running
            .caller("cyd")
            .event("chat:found", Caller.message("x"), "Idempotency-Key", "found-1");

    try (Running fresh = new Running()) {
      fresh.sequencer.pause(true);
      Reply again =
          fresh
              .caller("cyd")
              .event("chat:found", Caller.message("x"), "Idempotency-Key", "found-1");

      assertEquals(201, again.status(), again.raw().body());
      assertTrue(again.replayed());
      assertEquals(first.json(), again.json());
    }
  }

  @Test
  void aKeyBelongsToItsUserAddressAndBody() {
    Caller dee = running.caller("dee");
    dee.event("chat:own", Caller.message("x"), "Idempotency-Key", "k");

    Reply otherUser =
        running.caller("eve").event("chat:own", Caller.message("x"), "Idempotency-Key", "k");
    Reply otherBody = dee.event("chat:own", Caller.message("y"), "Idempotency-Key", "k");
    Reply otherChannel = dee.event("chat:own2", Caller.message("x"), "Idempotency-Key", "k");

    assertEquals(201, otherUser.status());
    assertFalse(otherUser.replayed());
    assertEquals("idempotency_key_reused", otherBody.code());
    assertEquals("idempotency_key_reused", otherChannel.code());
  }

  @Test
  void aTransactionIsRepeatedAsAWhole() throws SQLException {
    String body =
        "{\"events\":[{\"channel\":\"chat:rep-a\",\"type\":\"message.posted\",\"data\":{\"text\":\"a\"}},"
            + "{\"channel\":\"chat:rep-b\",\"type\":\"message.posted\",\"data\":{\"text\":\"b\"}}]}";
    Caller fay = running.caller("fay");

    Reply first = fay.post("/v1/transactions", body, "Idempotency-Key", "rep");
    Reply again = fay.post("/v1/transactions", body, "Idempotency-Key", "rep");

    assertEquals(201, first.status(), first.raw().body());
    assertTrue(again.replayed());
    assertEquals(first.json().path("events"), again.json().path("events"));
    assertEquals(2, WriteIT.count("channel like 'chat:rep-%'"));
  }
}
