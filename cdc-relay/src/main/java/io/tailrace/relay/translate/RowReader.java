package io.tailrace.relay.translate;

import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads Debezium's change records of the outbox table. Heartbeats and relay messages are no rows.
 * One thread: it keeps the fields of the schema seen last, since looking a field up by name costs
 * more than the rest.
 */
public final class RowReader {
  private @Nullable Fields fields;

  /** The row, or null where the record is none. */
  @SuppressWarnings("ReferenceEquality") // a shortcut: an equal schema is merely read again
  public @Nullable SourceRow read(SourceRecord record) {
    if (!(record.value() instanceof Struct change)) {
      return null;
    }
    Fields known = fields;
    if (known == null || known.change != change.schema()) {
      known = Fields.of(change.schema());
      if (known == null) {
        return null;
      }
      fields = known;
    }
    if (!(change.get(known.after) instanceof Struct row)) {
      return null;
    }
    Struct source = (Struct) change.get(known.source);
    return new SourceRow(
        text(row, known.id),
        text(row, known.tenant),
        text(row, known.channel),
        text(row, known.type),
        (String) row.get(known.entity),
        (String) row.get(known.author),
        text(row, known.data),
        (String) row.get(known.traceparent),
        (Long) source.get(known.xid),
        previousCommit((String) source.get(known.sequence)),
        (Long) source.get(known.commitMicros));
  }

  private static String text(Struct row, Field field) {
    if (row.get(field) instanceof String text) {
      return text;
    }
    throw new IllegalStateException(
        "column " + field.name() + " of tailrace.outbox came without a value: is it NOT NULL?");
  }

  /** Debezium writes the pair as {@code ["<last commit LSN or null>","<LSN of the change>"]}. */
  static @Nullable Long previousCommit(String sequence) {
    if (sequence.startsWith("[null")) {
      return null;
    }
    int end = sequence.indexOf('"', 2);
    if (!sequence.startsWith("[\"") || end < 0) {
      throw new IllegalStateException("source.sequence is not a pair of LSNs: " + sequence);
    }
    return Long.parseLong(sequence, 2, end, 10);
  }

  private record Fields(
      Schema change,
      Field after,
      Field source,
      Field id,
      Field tenant,
      Field channel,
      Field type,
      Field entity,
      Field author,
      Field data,
      Field traceparent,
      Field xid,
      Field sequence,
      Field commitMicros) {

    static @Nullable Fields of(Schema change) {
      Field after = change.field("after");
      Field source = change.field("source");
      if (after == null || source == null) {
        return null;
      }
      Schema row = after.schema();
      Schema origin = source.schema();
      return new Fields(
          change,
          after,
          source,
          column(row, "id"),
          column(row, "tenant"),
          column(row, "channel"),
          column(row, "type"),
          column(row, "entity"),
          column(row, "author"),
          column(row, "data"),
          column(row, "traceparent"),
          column(origin, "txId"),
          column(origin, "sequence"),
          column(origin, "ts_us"));
    }

    private static Field column(Schema schema, String name) {
      Field field = schema.field(name);
      if (field == null) {
        throw new IllegalStateException(
            "the stream has no " + name + ": is the schema of tailrace.outbox migrated?");
      }
      return field;
    }
  }
}
