package io.tailrace.write.commit;

import io.tailrace.schemas.name.Channel;
import org.jspecify.annotations.Nullable;

/**
 * One row of the outbox, all of it checked.
 *
 * @param id UUID in canonical text form
 * @param data the writer's JSON as it was written
 * @param bytes size of data in UTF-8
 * @param check what is asked about channel and author in the transaction; null: nothing
 */
public record EventRow(
    String id,
    Channel channel,
    String type,
    @Nullable String entity,
    String author,
    String data,
    int bytes,
    String traceparent,
    @Nullable ChannelCheck check) {

  /** A row that nothing is asked about. */
  public EventRow(
      String id,
      Channel channel,
      String type,
      @Nullable String entity,
      String author,
      String data,
      int bytes,
      String traceparent) {
    this(id, channel, type, entity, author, data, bytes, traceparent, null);
  }
}
