package io.tailrace.standalone.doctor;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tailrace.schemas.topic.EventHeaders;
import io.tailrace.schemas.topic.Topics;
import io.tailrace.sequencer.deadletter.DeadLetters;
import io.tailrace.standalone.doctor.CommittedRows.Row;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Whether every committed row of the window was sequenced in the epoch in force. A row without a
 * seq is named, with where it stands: dead-lettered, sent and not numbered, or not sent.
 */
final class Reconciliation {
  private static final String NAME = "reconcile";
  private static final int NAMED_MAX = 20;

  /** Clocks of PostgreSQL and of the brokers are nearer to each other than this. */
  private static final Duration CLOCKS = Duration.ofMinutes(5);

  private final Report report;
  private final TopicScan topics;

  Reconciliation(Report report, TopicScan topics) {
    this.report = report;
    this.topics = topics;
  }

  /**
   * Reconciles.
   *
   * @param epoch the incarnation in force
   */
  void run(Connection connection, int epoch, DoctorConfig.Window window, Instant now)
      throws SQLException {
    report.looked(NAME);
    Instant from = now.minus(window.since());
    Map<String, Row> missing =
        CommittedRows.between(connection, from, now.minus(window.settle()), window.rowsMax());
    int rows = missing.size();
    if (rows == window.rowsMax()) {
      from = missing.values().stream().map(Row::committed).min(Instant::compareTo).orElse(from);
      report.note(
          NAME,
          "only the latest " + window.rowsMax() + " rows were looked at, back to " + from,
          "raise --rows to look at more",
          Runbook.ALL);
    }
    boolean all =
        topics.read(
            Topics.EVENTS,
            from.minusSeconds(1),
            record -> {
              if (isOf(record.headers(), epoch)) {
                missing.remove(EventHeaders.idOf(record.headers()));
              }
              return missing.isEmpty();
            });
    Map<String, String> dead = deadLetters(from, missing.keySet());
    if (!all) {
      report.warning(
          NAME,
          "tailrace.events was not read to its end",
          "whether rows are missing cannot be told: look at less with --since, or at Kafka",
          Runbook.KAFKA);
      return;
    }
    report.reconciled(rows);
    missing.keySet().removeAll(dead.keySet());
    if (!missing.isEmpty()) {
      name(missing.values(), sent(from, missing.keySet()));
    }
  }

  private void name(Collection<Row> missing, Set<String> sent) {
    int named = 0;
    for (Row row : missing) {
      if (named++ == NAMED_MAX) {
        report.error(
            NAME,
            (missing.size() - NAMED_MAX) + " more committed rows have no seq",
            "as those above",
            Runbook.SLOT);
        return;
      }
      boolean isSent = sent.contains(row.id());
      report.error(
          NAME,
          "row "
              + row.id()
              + " of "
              + row.tenant()
              + "/"
              + row.channel()
              + ", committed "
              + row.committed()
              + ", has no seq",
          isSent
              ? "it stands in tailrace.outbox and no sequencer has numbered it"
              : "no relay has sent it to Kafka, or it has left tailrace.outbox unnumbered",
          isSent ? Runbook.KAFKA : Runbook.SLOT);
    }
  }

  /** Those of the window's dead letters that have an id, with why; told as they are found. */
  private Map<String, String> deadLetters(Instant from, Set<String> missing) {
    Map<String, String> reasons = new HashMap<>();
    List<String> told = new ArrayList<>();
    long[] count = {0};
    topics.read(
        Topics.DEADLETTER,
        from.minus(CLOCKS),
        record -> {
          count[0]++;
          String id = EventHeaders.idOf(record.headers());
          String why = Objects.requireNonNullElse(text(record, DeadLetters.REASON), "no reason");
          if (id != null && missing.contains(id)) {
            reasons.put(id, why);
          }
          if (told.size() < NAMED_MAX) {
            told.add(
                "row " + (id == null ? "without an id" : id) + " of " + key(record) + ": " + why);
          }
          return false;
        });
    if (count[0] > 0) {
      report.warning(
          NAME,
          count[0] + " dead letters since " + from + "; " + String.join("; ", told),
          "these rows are no events and have no seq; their channels go on",
          Runbook.DEAD_LETTERS);
    }
    return reasons;
  }

  private Set<String> sent(Instant from, Set<String> missing) {
    Set<String> sent = new HashSet<>();
    topics.read(
        Topics.OUTBOX,
        from.minus(CLOCKS),
        record -> {
          String id = EventHeaders.idOf(record.headers());
          if (id != null && missing.contains(id)) {
            sent.add(id);
          }
          return sent.size() == missing.size();
        });
    return sent;
  }

  private static boolean isOf(Headers headers, int epoch) {
    Header header = headers.lastHeader(EventHeaders.EPOCH);
    return header != null && Integer.toString(epoch).equals(new String(header.value(), UTF_8));
  }

  private static @Nullable String text(ConsumerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null || header.value() == null ? null : new String(header.value(), UTF_8);
  }

  /** The key as text; what came unreadable may be anything. */
  private static String key(ConsumerRecord<byte[], byte[]> record) {
    return record.key() == null
        ? "no channel"
        : new String(record.key(), UTF_8).replaceAll("\\p{Cntrl}", "?");
  }
}
