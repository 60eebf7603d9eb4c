package io.tailrace.load.driver;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.load.driver.Counters.Name;
import io.tailrace.load.oracle.Acknowledgement;
import io.tailrace.load.oracle.Acknowledgement.Place;
import io.tailrace.load.oracle.OwnRead;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Writes over HTTP: single events, events whose answer does not wait for the seq, transactions over
 * several channels, and every so often the same request twice. A request whose outcome is unknown
 * is sent again with the same key until it is known.
 */
public final class HttpWriter implements Actor {
  private static final long GIVE_UP_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final long AGAIN_MS = 150;
  private static final int OWN_READ_ONE_IN = 5;

  /**
   * Who writes.
   *
   * @param comesAndGoes whether the user has what membership gives and nothing else, and may be
   *     shut out: then a refusal is an answer
   */
  public record Author(String user, List<String> channels, boolean comesAndGoes) {
    public Author {
      channels = List.copyOf(channels);
    }
  }

  private final String user;
  private final boolean comesAndGoes;
  private final Http http;
  private final Ledger ledger;
  private final List<String> channels;
  private final Counters counters;
  private final RandomGenerator random;
  private final Messages messages;

  public HttpWriter(Author author, Crew crew, Ledger ledger, RandomGenerator random) {
    this.user = author.user();
    this.comesAndGoes = author.comesAndGoes();
    this.http = comesAndGoes ? crew.plain(user, crew.target()) : crew.http(user);
    this.ledger = ledger;
    this.channels = author.channels();
    this.counters = crew.counters();
    this.random = random;
    this.messages = new Messages(random);
  }

  @Override
  public void act() throws IOException, InterruptedException {
    int dice = random.nextInt(10);
    if (dice < 2) {
      transaction();
    } else {
      single(dice < 3, dice >= 8);
    }
  }

  private void single(boolean commitOnly, boolean twice) throws IOException, InterruptedException {
    var channel = channel();
    var id = UUID.randomUUID();
    var path = "/v1/channels/" + channel + "/events" + (commitOnly ? "?ack=commit" : "");
    var body = event(id, "").getBytes(StandardCharsets.UTF_8);
    var answer = submit(path, body, id.toString());
    if (answer == null) {
      return;
    }
    acknowledge(channel, id, answer.json(), "POST");
    if (twice) {
      repeat(path, body, id, answer);
    }
    if (!comesAndGoes && answer.status() == 201 && random.nextInt(OWN_READ_ONE_IN) == 0) {
      readOwn(channel, id, answer.json().path("seq").asLong());
    }
  }

  private void transaction() throws IOException, InterruptedException {
    int count = random.nextInt(2, 6);
    List<UUID> ids = new ArrayList<>();
    List<String> targets = new ArrayList<>();
    var body = new StringBuilder("{\"events\":[");
    for (int i = 0; i < count; i++) {
      ids.add(UUID.randomUUID());
      targets.add(channel());
      body.append(i == 0 ? "" : ",")
          .append(event(ids.get(i), "\"channel\":\"" + targets.get(i) + "\","));
    }
    var bytes = body.append("]}").toString().getBytes(StandardCharsets.UTF_8);
    var answer = submit("/v1/transactions", bytes, "t-" + ids.getFirst());
    if (answer == null) {
      return;
    }
    var events = answer.json().path("events");
    if (events.size() != count) {
      throw new ProtocolViolation(
          "a transaction of %d events was answered with %d".formatted(count, events.size()));
    }
    for (int i = 0; i < count; i++) {
      acknowledge(targets.get(i), ids.get(i), events.get(i), "transaction");
    }
  }

  private String event(UUID id, String before) {
    var entity = messages.entityOrEmpty();
    return "{%s\"type\":\"message.posted\",\"id\":\"%s\",%s\"data\":%s}"
        .formatted(
            before, id, entity.isEmpty() ? "" : "\"entity\":\"" + entity + "\",", messages.next());
  }

  /** Until it is answered for good; null where it never was. */
  private @Nullable Answer submit(String path, byte[] body, String key)
      throws InterruptedException {
    long giveUpAt = System.nanoTime() + GIVE_UP_NANOS;
    while (System.nanoTime() < giveUpAt) {
      try {
        var answer = http.post(path, body, Map.of("Idempotency-Key", key));
        if (answer.status() == 201 || answer.status() == 202) {
          return answer;
        }
        if (comesAndGoes && answer.status() == 403) {
          counters.count(Name.WRITES_SHUT_OUT);
          return null;
        }
        if (answer.status() == 500) {
          counters.count(Name.SERVER_FAULTS);
        } else if (!answer.passing()) {
          throw new ProtocolViolation(
              "%s: POST %s was answered %d: %s"
                  .formatted(
                      user,
                      path,
                      answer.status(),
                      new String(answer.body(), StandardCharsets.UTF_8)));
        }
      } catch (IOException _) {
        // Whether it was written is unknown; the same key finds out.
      }
      counters.count(Name.RETRIES);
      TimeUnit.MILLISECONDS.sleep(AGAIN_MS);
    }
    counters.count(Name.UNKNOWN);
    return null;
  }

  private void acknowledge(String channel, UUID id, JsonNode answer, String how) {
    if (!answer.path("id").asText().equals(id.toString())
        || !answer.path("channel").asText().equals(channel)) {
      throw new ProtocolViolation(
          "%s of %s to %s was answered for %s to %s"
              .formatted(
                  how, id, channel, answer.path("id").asText(), answer.path("channel").asText()));
    }
    var place =
        answer.has("seq")
            ? new Place(answer.path("epoch").asInt(), answer.path("seq").asLong())
            : null;
    ledger.acknowledged(channel, new Acknowledgement(id, how, place));
  }

  /** The same request a second time must get the first answer again. */
  private void repeat(String path, byte[] body, UUID id, Answer first) throws InterruptedException {
    var second = submit(path, body, id.toString());
    if (second == null) {
      return;
    }
    boolean said = second.headers().firstValue("Idempotency-Replayed").orElse("").equals("true");
    boolean sameSeq =
        !second.json().has("seq")
            || !first.json().has("seq")
            || second.json().path("seq").asLong() == first.json().path("seq").asLong();
    if (!said || !sameSeq || !second.json().path("id").equals(first.json().path("id"))) {
      throw new ProtocolViolation(
          "%s: the repeat of %s was answered %s (Idempotency-Replayed %s), first it was %s"
              .formatted(
                  user,
                  id,
                  new String(second.body(), StandardCharsets.UTF_8),
                  said,
                  new String(first.body(), StandardCharsets.UTF_8)));
    }
  }

  private void readOwn(String channel, UUID id, long seq) throws IOException, InterruptedException {
    var path = "/v1/channels/%s/events?after=%d&limit=1&minSeq=%d".formatted(channel, seq - 1, seq);
    long giveUpAt = System.nanoTime() + GIVE_UP_NANOS;
    while (System.nanoTime() < giveUpAt) {
      try {
        var answer = http.get(path);
        if (answer.status() == 200) {
          var events = HistoryAnswer.parse(answer.body()).events();
          boolean found =
              events.size() == 1
                  && events.getFirst().seq() == seq
                  && events.getFirst().envelope().id().equals(id.toString());
          ledger.ownRead(channel, new OwnRead(id, seq, found));
          return;
        }
      } catch (IOException _) {
        // The server is gone for the moment; the promise holds after it is back.
      }
      TimeUnit.MILLISECONDS.sleep(AGAIN_MS);
    }
    ledger.ownRead(channel, new OwnRead(id, seq, false));
  }

  private String channel() {
    return channels.get(random.nextInt(channels.size()));
  }
}
