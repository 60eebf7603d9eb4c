package io.tailrace.load.driver;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tailrace.load.driver.Counters.Name;
import io.tailrace.load.oracle.Access.Admission;
import io.tailrace.load.oracle.Access.Audience;
import io.tailrace.load.oracle.Access.Reach;
import io.tailrace.load.oracle.Access.Refusal;
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
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Looks at channels as a user who may be shut out of them, on every path that HTTP has: where they
 * stand, events, pages, streams, snapshots. Everything that it is shown, and everything that it is
 * refused, is written down.
 */
public final class MemberReader implements Actor {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SEQUENCE = "application/json-seq";
  private static final byte RECORD = 0x1e;
  private static final int RUN_MAX = 60;
  private static final int PAGE_EVENTS = 256;

  private final Seat seat;
  private final Numbered numbered;
  private final Http http;
  private final Ledger ledger;
  private final AccessLog access;
  private final Counters counters;
  private final RandomGenerator random;

  public MemberReader(
      Seat seat, Numbered numbered, Target through, Ledger ledger, RandomGenerator random) {
    var crew = numbered.crew();
    this.seat = seat;
    this.numbered = numbered;
    this.http = crew.http(seat, through);
    this.ledger = ledger;
    this.access = crew.access();
    this.counters = crew.counters();
    this.random = random;
  }

  @Override
  public void act() throws IOException, InterruptedException {
    var channel = seat.channels().get(random.nextInt(seat.channels().size()));
    long head = ledger.head(channel);
    switch (random.nextInt(8)) {
      case 0 -> head(channel);
      case 1 -> page(channel, random.nextLong(head / PAGE_EVENTS + 1));
      case 2 -> snapshot(channel);
      case 3, 4 -> stream(channel, random.nextLong(head + 1));
      case 5 -> events(channel, random.nextLong(head + 1), head);
      default -> events(channel, random.nextLong(head + 1), 0);
    }
    counters.count(Name.READS);
  }

  /**
   * Asks for the last event as of the whole channel, until there is an answer that stays true: yes
   * or no, of a store that has everything. Whoever is no member asks without {@code minSeq}, which
   * would be waited for to no end.
   */
  public boolean isAnswered(String channel) throws InterruptedException {
    long head = ledger.head(channel);
    long minSeq = ledger.mayRead(channel, seat.user()) ? head : 0;
    try {
      return events(channel, Math.max(0, head - 1), minSeq) >= head;
    } catch (IOException lost) {
      return false;
    }
  }

  private @Nullable Answer get(String channel, String path)
      throws IOException, InterruptedException {
    return allowed(channel, path, http.get(path));
  }

  /** The answer where it is a yes; null after a no, which is kept, and after one for the moment. */
  private @Nullable Answer allowed(String channel, String path, Answer answer) {
    if (answer.status() == 200) {
      return answer;
    }
    if (answer.status() == 403) {
      counters.count(Name.SHUT_OUT);
      access.refused(channel, new Refusal(seat.user(), seat.name(), 0));
    } else if (answer.status() == 500) {
      counters.count(Name.SERVER_FAULTS);
    } else if (answer.passing()) {
      counters.count(Name.REFUSALS);
    } else if (answer.status() != 410 || !answer.code().equals("history_gone")) {
      throw new ProtocolViolation(
          "%s: GET %s was answered %d: %s"
              .formatted(
                  seat.name(),
                  path,
                  answer.status(),
                  new String(answer.body(), StandardCharsets.UTF_8)));
    }
    return null;
  }

  private void admitted(String channel, long head, long asked, long after) {
    access.admitted(channel, new Admission(seat.user(), seat.name(), head, asked, after));
  }

  private void saw(String channel, long after, List<Sighting> seen) {
    var piece = new Witness(seat.name(), after, false, numbered.epoch(), seen);
    access.looked(channel, new Audience(seat.user(), seat.name(), Reach.SOME, List.of(piece)));
  }

  private void head(String channel) throws IOException, InterruptedException {
    var answer = get(channel, "/v1/channels/" + channel);
    if (answer != null) {
      access.admitted(
          channel, Admission.at(seat.user(), seat.name(), answer.json().path("head").asLong()));
    }
  }

  /** As of which head it was answered; the highest of all where that was a no, -1 for no answer. */
  private long events(String channel, long after, long minSeq)
      throws IOException, InterruptedException {
    var path =
        "/v1/channels/%s/events?after=%d&limit=%d%s"
            .formatted(channel, after, RUN_MAX, minSeq == 0 ? "" : "&minSeq=" + minSeq);
    var whole = http.get(path);
    var answer = allowed(channel, path, whole);
    if (answer == null) {
      // A store that has not come to minSeq in time refuses as of where it stands: ask again.
      return whole.status() == 403 && minSeq == 0 ? Long.MAX_VALUE : -1;
    }
    var history = HistoryAnswer.parse(answer.body());
    var seen = history.events().stream().map(event -> event.sighting(Via.HISTORY)).toList();
    admitted(channel, history.head(), after, seen.isEmpty() ? after : seen.getFirst().seq() - 1);
    saw(channel, after, seen);
    return history.head();
  }

  private void page(String channel, long n) throws IOException, InterruptedException {
    var path = "/v1/channels/%s/pages/%d/%d".formatted(channel, numbered.epoch(), n);
    var answer = get(channel, path);
    if (answer != null) {
      var events = HistoryAnswer.parse(answer.body()).events();
      if (!events.isEmpty()) {
        saw(
            channel,
            events.getFirst().seq() - 1,
            events.stream().map(event -> event.sighting(Via.PAGE)).toList());
      }
    }
  }

  private void stream(String channel, long after) throws IOException, InterruptedException {
    var path = "/v1/channels/%s/events?after=%d".formatted(channel, after);
    var answer = allowed(channel, path, http.get(path, SEQUENCE));
    if (answer == null) {
      return;
    }
    List<Sighting> seen = new ArrayList<>();
    for (var record : records(answer.body())) {
      var text = new String(record, 0, Math.min(10, record.length), StandardCharsets.UTF_8);
      if (text.startsWith("{\"begin\":")) {
        var begin = JSON.readTree(record).path("begin");
        admitted(channel, begin.path("head").asLong(), after, begin.path("after").asLong());
      } else if (text.startsWith("{\"end\":")) {
        if (JSON.readTree(record).at("/end/code").asText().equals("forbidden")) {
          counters.count(Name.SHUT_OUT);
        }
      } else {
        seen.add(EventParser.parse(record).sighting(Via.STREAM));
      }
    }
    saw(channel, after, seen);
  }

  private static List<byte[]> records(byte[] body) {
    List<byte[]> records = new ArrayList<>();
    int from = 0;
    for (int at = 1; at <= body.length; at++) {
      if (at == body.length || body[at] == RECORD) {
        records.add(Arrays.copyOfRange(body, from + 1, at));
        from = at;
      }
    }
    return records;
  }

  private void snapshot(String channel) throws IOException, InterruptedException {
    Map<String, Sighting> entities = new HashMap<>();
    HistoryAnswer first = null;
    String cursor = null;
    do {
      var query =
          cursor == null ? "" : "?cursor=" + URLEncoder.encode(cursor, StandardCharsets.UTF_8);
      var answer = get(channel, "/v1/channels/%s/snapshot%s".formatted(channel, query));
      if (answer == null) {
        break;
      }
      var page = HistoryAnswer.parse(answer.body());
      first = first == null ? page : first;
      for (var event : page.events()) {
        var key = SnapshotReading.keyOf(event.envelope().entity(), event.seq());
        entities.put(key, event.sighting(Via.SNAPSHOT));
      }
      cursor = page.next();
    } while (cursor != null);
    if (first != null) {
      admitted(channel, first.seq(), -1, -1);
      keep(channel, first, entities, cursor == null);
    }
  }

  /** A snapshot that broke off is judged by what it showed. */
  private void keep(
      String channel, HistoryAnswer first, Map<String, Sighting> entities, boolean isWhole) {
    var chain = first.chain();
    if (isWhole && chain != null) {
      ledger.snapshot(
          channel,
          new SnapshotReading(
              seat.name(), seat.user(), first.epoch(), first.seq(), Chain.parse(chain), entities));
    } else {
      entities.values().forEach(one -> saw(channel, one.seq() - 1, List.of(one)));
    }
  }
}
