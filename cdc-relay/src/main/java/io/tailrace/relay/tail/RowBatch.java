package io.tailrace.relay.tail;

import java.util.List;
import org.apache.kafka.connect.source.SourceRecord;

/**
 * A whole batch as one record, with the offset of its last row. Debezium's engine gives every
 * record a task on its pool and a future, which costs more than the row itself; a batch needs one.
 */
final class RowBatch extends SourceRecord {
  private final List<SourceRecord> rows;

  RowBatch(List<SourceRecord> rows) {
    SourceRecord last = rows.getLast();
    super(last.sourcePartition(), last.sourceOffset(), last.topic(), null, null);
    this.rows = rows;
  }

  List<SourceRecord> rows() {
    return rows;
  }
}
