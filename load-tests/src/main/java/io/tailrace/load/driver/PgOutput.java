package io.tailrace.load.driver;

import io.tailrace.schemas.event.Envelope;
import io.tailrace.schemas.event.Times;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads PostgreSQL's logical replication messages, protocol version 1 (PostgreSQL documentation,
 * "Logical Replication Message Formats"), as far as an insert-only publication sends them. Owned by
 * one thread.
 */
final class PgOutput {
  /** PostgreSQL counts microseconds from 2000-01-01. */
  private static final long POSTGRES_EPOCH_MICROS = 946_684_800_000_000L;

  /** A whole transaction. */
  record Committed(long commitLsn, long endLsn, List<CommittedRow> rows) {}

  private final Map<Integer, List<String>> columnsOf = new HashMap<>();
  private final List<CommittedRow> rows = new ArrayList<>();
  private String time = "";

  /** Takes one message; returns the transaction that it completes, or null. */
  @Nullable Committed accept(ByteBuffer message) {
    char type = (char) message.get();
    return switch (type) {
      case 'B' -> {
        message.getLong();
        time = Times.micros(message.getLong() + POSTGRES_EPOCH_MICROS);
        rows.clear();
        yield null;
      }
      case 'R' -> {
        relation(message);
        yield null;
      }
      case 'I' -> {
        insert(message);
        yield null;
      }
      case 'C' -> {
        message.get();
        var committed = new Committed(message.getLong(), message.getLong(), List.copyOf(rows));
        rows.clear();
        yield committed;
      }
      // Origin, type, truncate and message carry nothing that the outbox's order needs.
      case 'O', 'Y', 'T', 'M' -> null;
      default -> throw new IllegalStateException("pgoutput sent an unknown message: " + type);
    };
  }

  private void relation(ByteBuffer message) {
    int oid = message.getInt();
    text(message);
    text(message);
    message.get();
    int count = message.getShort();
    List<String> names = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      message.get();
      names.add(text(message));
      message.getLong();
    }
    columnsOf.put(oid, names);
  }

  private void insert(ByteBuffer message) {
    var names = columnsOf.get(message.getInt());
    if (names == null || message.get() != 'N') {
      throw new IllegalStateException("pgoutput sent a row of a relation that it did not describe");
    }
    int count = message.getShort();
    Map<String, byte[]> row = HashMap.newHashMap(count);
    for (int i = 0; i < count; i++) {
      if (message.get() == 't') {
        var value = new byte[message.getInt()];
        message.get(value);
        row.put(names.get(i), value);
      }
    }
    var envelope =
        new Envelope(
            needed(row, "id"),
            needed(row, "type"),
            optional(row, "entity"),
            optional(row, "author"),
            time,
            optional(row, "traceparent"));
    var data = row.get("data");
    if (data == null) {
      throw new IllegalStateException("the outbox has a row without data");
    }
    rows.add(
        new CommittedRow(needed(row, "tenant") + '/' + needed(row, "channel"), envelope, data));
  }

  private static String needed(Map<String, byte[]> row, String column) {
    var value = optional(row, column);
    if (value == null) {
      throw new IllegalStateException("the outbox has a row without " + column);
    }
    return value;
  }

  private static @Nullable String optional(Map<String, byte[]> row, String column) {
    var value = row.get(column);
    return value == null ? null : new String(value, StandardCharsets.UTF_8);
  }

  private static String text(ByteBuffer message) {
    int start = message.position();
    while (message.get() != 0) {
      // Only moves to the end of the string.
    }
    var bytes = new byte[message.position() - start - 1];
    message.get(start, bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
