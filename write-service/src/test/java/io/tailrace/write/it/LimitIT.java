package io.tailrace.write.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.token.KeyRing;
import io.tailrace.write.it.Caller.Reply;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The limits of a contract over HTTP: 20 events at once for a user, 1,000 for the tenant. */
@SuppressWarnings("NullAway.Init") // JUnit fills the fields before any test
class LimitIT {
  /** Many more than fit, so that a bucket that fills meanwhile does not hide a refusal. */
  private static final int MANY = 400;

  private static final int AT_ONCE = 40;

  @TempDir private static Path folder;
  private static Running running;

  @BeforeAll
  static void start() throws IOException {
    running =
        new Running(
            Running.PATIENT,
            Contracts.load(LimitedContracts.write(folder, 20, 1000)),
            KeyRing.ofSecret(Running.TENANT, Caller.SECRET),
            Running.database());
  }

  @AfterAll
  static void stop() {
    running.close();
  }

  private static Reply commit(Caller caller, String channel) {
    return caller.post("/v1/channels/" + channel + "/events?ack=commit", Caller.message("x"));
  }

  private static String header(Reply reply, String name) {
    return reply.raw().headers().firstValue(name).orElse("");
  }

  /** Writes, always more at once than fit: where commits are slow, a bucket fills between them. */
  private static Reply refused(Caller caller) throws InterruptedException, ExecutionException {
    try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
      List<Future<Reply>> replies = new ArrayList<>();
      for (int i = 0; i < MANY; i++) {
        replies.add(threads.submit(() -> commit(caller, "chat:limited")));
      }
      for (Future<Reply> reply : replies) {
        if (reply.get().status() != 202) {
          return reply.get();
        }
      }
    }
    throw new AssertionError(MANY + " writes were taken");
  }

  @Test
  void aUserIsToldTheLimitAndWhenToComeAgain() throws Exception {
    Caller ann = running.caller("ann");

    Reply first = commit(ann, "chat:told");
    Reply refused = refused(ann);

    assertEquals("\"chat-user\";q=20;w=1", header(first, "RateLimit-Policy"));
    assertEquals("\"chat-user\";r=19;t=1", header(first, "RateLimit"));
    assertEquals(429, refused.status());
    assertEquals("rate_limited", refused.code());
    assertEquals("1", header(refused, "Retry-After"));
    assertEquals("\"chat-user\";q=20;w=1", header(refused, "RateLimit-Policy"));
    assertEquals("\"chat-user\";r=0;t=1", header(refused, "RateLimit"));
    long again = refused.json().path("retryAfterMs").asLong();
    assertTrue(again >= 1 && again <= 50, "retryAfterMs " + again);
  }

  @Test
  void nothingOfARefusedTransactionIsWritten() throws SQLException {
    Caller bob = running.caller("bob");
    for (int n = 0; n < MANY; n++) {
      String channel = "chat:bob-" + n;
      Reply reply =
          bob.post("/v1/transactions?ack=commit", transaction(20).replace("chat:tx", channel));

      long written =
          Sql.count("select count(*) from tailrace.outbox where channel = '" + channel + "'");
      assertEquals(reply.status() == 202 ? 20 : 0, written);
      if (reply.status() == 429) {
        return;
      }
    }
    throw new AssertionError("no transaction was refused");
  }

  @Test
  void theLimitComesBeforeTheBodyIsLookedAt() throws Exception {
    Caller cleo = running.caller("cleo");
    refused(cleo);

    Reply reply = refusedOf(() -> cleo.event("chat:limited", "this is no JSON"));

    assertEquals("rate_limited", reply.code());
  }

  @Test
  void aTransactionCountsItsEvents() {
    Caller dan = running.caller("dan");

    Reply first = dan.post("/v1/transactions?ack=commit", transaction(15));
    Reply second = refusedOf(() -> dan.post("/v1/transactions?ack=commit", transaction(20)));

    assertEquals(202, first.status(), first.raw().body());
    assertEquals("\"chat-user\";r=5;t=1", header(first, "RateLimit"));
    assertEquals(429, second.status(), second.raw().body());
  }

  private static String transaction(int events) {
    return "{\"events\":["
        + "{\"channel\":\"chat:tx\",\"type\":\"message.posted\",\"data\":{\"text\":\"x\"}},"
            .repeat(events - 1)
        + "{\"channel\":\"chat:tx\",\"type\":\"message.posted\",\"data\":{\"text\":\"x\"}}]}";
  }

  @Test
  void aServerCountsAgainstTheTenantAlone() {
    Caller shop = running.caller("shop", "publisher");

    Reply whole = shop.post("/v1/transactions?ack=commit", transaction(60));

    assertEquals(202, whole.status(), whole.raw().body());
    assertEquals("\"chat-tenant\";q=1000;w=1", header(whole, "RateLimit-Policy"));
  }

  @Test
  void whoMayNotWriteCostsTheTenantNothing() {
    Caller eve = running.caller("eve");

    Reply reply = eve.event("inbox:someone", "{\"type\":\"notice.posted\",\"data\":{}}");

    assertEquals(404, reply.status());
    assertFalse(reply.raw().headers().firstValue("RateLimit").isPresent());
  }

  @Test
  void refusalsAreCountedByWhoseLimitItWas() throws Exception {
    refused(running.caller("finn"));

    assertTrue(
        running
            .service
            .metrics()
            .scrape()
            .contains("tailrace_write_limited_requests_total{limit="));
  }

  private interface Ask {
    Reply reply();
  }

  /** A bucket fills while requests travel: asks until one is refused by the limit. */
  private static Reply refusedOf(Ask ask) {
    Reply reply = ask.reply();
    for (int i = 0; i < MANY && reply.status() != 429; i++) {
      reply = ask.reply();
    }
    return reply;
  }
}
