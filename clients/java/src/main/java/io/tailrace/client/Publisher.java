package io.tailrace.client;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.tailrace.client.connection.Backoff;
import io.tailrace.client.link.HttpCalls;
import io.tailrace.client.wire.HistoryAnswers;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Writes events. A write that got no answer, or an answer that says to come again, is repeated with
 * the same idempotency key, so that it is committed once however often it was sent. Blocks; safe
 * for any thread.
 */
public final class Publisher {
  private final HttpCalls calls;
  private final Backoff backoff;
  private final int tries;
  private final RandomGenerator random;

  Publisher(HttpCalls calls, Backoff backoff, int tries, RandomGenerator random) {
    this.calls = calls;
    this.backoff = backoff;
    this.tries = tries;
    this.random = random;
  }

  /** Writes and waits for the commit and the seq, with a key of its own. */
  public Published publish(String channel, Draft draft) {
    return publish(channel, draft, UUID.randomUUID().toString(), true);
  }

  /**
   * Writes.
   *
   * @param awaitSeq false answers right after the commit, without a seq
   * @throws RefusedException when it is refused, or still refused after several tries
   * @throws UnreachableException when no answer came; whether it was committed is then not known:
   *     publish again with the same key
   */
  public Published publish(String channel, Draft draft, String idempotencyKey, boolean awaitSeq) {
    for (int tried = 1; ; tried++) {
      long waitMs;
      try {
        return once(channel, draft, idempotencyKey, awaitSeq);
      } catch (RefusedException e) {
        if (!mayBeRepeated(e) || tried == tries) {
          throw e;
        }
        Long after = e.retryAfterMs();
        waitMs = after == null ? 0 : after;
      } catch (UnreachableException e) {
        if (tried == tries || Thread.currentThread().isInterrupted()) {
          throw e;
        }
        waitMs = 0;
      }
      long pauseMs = Math.max(waitMs, backoff.pauseMs(tried, random.nextDouble()));
      LockSupport.parkNanos(pauseMs * 1_000_000);
    }
  }

  /** Sends it once. */
  Published once(String channel, Draft draft, String idempotencyKey, boolean awaitSeq) {
    String path = HistoryReader.address(channel) + "/events" + (awaitSeq ? "" : "?ack=commit");
    HttpResponse<byte[]> response =
        calls.post(path, body(draft), Map.of("Idempotency-Key", idempotencyKey));
    boolean replayed =
        response.headers().firstValue("Idempotency-Replayed").orElse("").equals("true");
    return HistoryAnswers.published(response.body(), replayed);
  }

  /** Whether the same write may succeed later. */
  static boolean mayBeRepeated(RefusedException e) {
    return e.status() == 429 || e.status() >= 500;
  }

  /** Written by hand, since {@code data} must not be parsed and printed anew. */
  private static String body(Draft draft) {
    StringBuilder body = new StringBuilder(draft.data().length() + 128);
    body.append("{\"type\":").append(quoted(draft.type()));
    append(body, "entity", draft.entity());
    append(body, "id", draft.id());
    return body.append(",\"data\":").append(draft.data()).append('}').toString();
  }

  private static void append(StringBuilder body, String name, @Nullable String value) {
    if (value != null) {
      body.append(",\"").append(name).append("\":").append(quoted(value));
    }
  }

  private static String quoted(String text) {
    return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
  }
}
