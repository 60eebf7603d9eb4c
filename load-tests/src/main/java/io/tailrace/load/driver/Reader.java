package io.tailrace.load.driver;

import io.tailrace.load.driver.Counters.Name;
import io.tailrace.load.oracle.HeadReading;
import io.tailrace.load.oracle.Sighting;
import io.tailrace.load.oracle.SnapshotReading;
import io.tailrace.load.oracle.Via;
import io.tailrace.load.oracle.Witness;
import io.tailrace.load.target.Target;
import io.tailrace.schemas.event.Chain;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Reads what HTTP offers beside the live flow: heads, runs of events, immutable pages, snapshots.
 */
public final class Reader implements Actor {
  private static final int RUN_MAX = 60;
  private static final int PAGE_EVENTS = 256;

  private final String name;
  private final Http http;
  private final List<String> channels;
  private final Ledger ledger;
  private final Counters counters;
  private final RandomGenerator random;
  private final Map<String, String> etags = new HashMap<>();

  /** One to whom the channels are open. */
  public Reader(Seat seat, Crew crew, Target through, Ledger ledger, RandomGenerator random) {
    this.name = seat.name();
    this.channels = seat.channels();
    this.http = crew.http(seat, through);
    this.ledger = ledger;
    this.counters = crew.counters();
    this.random = random;
  }

  @Override
  public void act() throws IOException, InterruptedException {
    var channel = channels.get(random.nextInt(channels.size()));
    switch (random.nextInt(8)) {
      case 0, 1, 2 -> head(channel);
      case 3 -> page(channel);
      case 4 -> snapshot(channel);
      default -> run(channel, random.nextLong(ledger.head(channel) + 1), RUN_MAX);
    }
    counters.count(Name.READS);
  }

  private @Nullable Answer get(String path) throws IOException, InterruptedException {
    var answer = http.get(path);
    if (answer.status() == 200) {
      return answer;
    }
    if (answer.status() == 500) {
      counters.count(Name.SERVER_FAULTS);
      return null;
    }
    if (answer.passing()) {
      counters.count(Name.REFUSALS);
      return null;
    }
    throw new ProtocolViolation(
        "%s: GET %s was answered %d: %s"
            .formatted(
                name, path, answer.status(), new String(answer.body(), StandardCharsets.UTF_8)));
  }

  private void head(String channel) throws IOException, InterruptedException {
    var answer = get("/v1/channels/" + channel);
    if (answer != null) {
      var json = answer.json();
      ledger.head(
          channel,
          new HeadReading(
              name,
              json.path("epoch").asInt(),
              json.path("head").asLong(),
              Chain.parse(json.path("chain").asText())));
    }
  }

  /** Reads one run; returns how far it came, or -1 if it was refused for the moment. */
  private long run(String channel, long after, int limit) throws IOException, InterruptedException {
    var answer = get("/v1/channels/%s/events?after=%d&limit=%d".formatted(channel, after, limit));
    if (answer == null) {
      return -1;
    }
    var history = HistoryAnswer.parse(answer.body());
    var seen = history.events().stream().map(event -> event.sighting(Via.HISTORY)).toList();
    ledger.witnessed(channel, new Witness(name + ", events", after, false, history.epoch(), seen));
    return after + seen.size();
  }

  private void page(String channel) throws IOException, InterruptedException {
    long complete = ledger.head(channel) / PAGE_EVENTS;
    if (complete == 0) {
      return;
    }
    long n = random.nextLong(complete);
    var epoch = epoch(channel);
    if (epoch == 0) {
      return;
    }
    var path = "/v1/channels/%s/pages/%d/%d".formatted(channel, epoch, n);
    var answer = get(path);
    if (answer == null) {
      return;
    }
    var history = HistoryAnswer.parse(answer.body());
    var etag = answer.headers().firstValue("ETag").orElse("");
    if (history.events().size() == PAGE_EVENTS) {
      var before = etags.putIfAbsent(path, etag);
      if (etag.isEmpty() || before != null && !before.equals(etag)) {
        throw new ProtocolViolation(
            "%s: the complete page %s had the ETag %s, then %s"
                .formatted(name, path, before, etag));
      }
    }
    var seen = history.events().stream().map(event -> event.sighting(Via.PAGE)).toList();
    ledger.witnessed(
        channel, new Witness(name + ", page " + n, n * PAGE_EVENTS, false, epoch, seen));
  }

  private int epoch(String channel) throws IOException, InterruptedException {
    var answer = get("/v1/channels/" + channel);
    return answer == null ? 0 : answer.json().path("epoch").asInt();
  }

  private void snapshot(String channel) throws IOException, InterruptedException {
    Map<String, Sighting> entities = new HashMap<>();
    HistoryAnswer first = null;
    String cursor = null;
    do {
      var answer =
          get(
              "/v1/channels/%s/snapshot%s"
                  .formatted(
                      channel,
                      cursor == null
                          ? ""
                          : "?cursor=" + URLEncoder.encode(cursor, StandardCharsets.UTF_8)));
      if (answer == null) {
        return;
      }
      var page = HistoryAnswer.parse(answer.body());
      first = first == null ? page : first;
      for (var event : page.events()) {
        var key = SnapshotReading.keyOf(event.envelope().entity(), event.seq());
        entities.put(key, event.sighting(Via.HISTORY));
      }
      cursor = page.next();
    } while (cursor != null);
    if (first.chain() != null) {
      ledger.snapshot(
          channel,
          new SnapshotReading(
              name, first.epoch(), first.seq(), Chain.parse(first.chain()), entities));
    }
  }

  /**
   * The whole history of a channel as one witness that must reach the head; for the end of a run.
   */
  public void readAll(String channel, int epoch) throws IOException, InterruptedException {
    List<Sighting> all = new ArrayList<>();
    long head = ledger.head(channel);
    while (all.size() < head) {
      var answer =
          get(
              "/v1/channels/%s/events?after=%d&limit=1000&minSeq=%d"
                  .formatted(channel, all.size(), head));
      if (answer == null) {
        break;
      }
      var events = HistoryAnswer.parse(answer.body()).events();
      if (events.isEmpty()) {
        break;
      }
      events.forEach(event -> all.add(event.sighting(Via.HISTORY)));
    }
    ledger.witnessed(channel, new Witness("history", 0, true, epoch, all));
  }
}
