package io.tailrace.relay.translate;

import io.tailrace.schemas.event.Envelope;
import io.tailrace.schemas.event.OutboxRecord;
import io.tailrace.schemas.event.Position;
import io.tailrace.schemas.event.Times;
import io.tailrace.schemas.name.Channel;
import java.nio.charset.StandardCharsets;

/**
 * Turns the rows of one replication stream, in order, into outbox records. Deterministic: the same
 * rows from the same start give the same records. One stream, one instance, one thread.
 */
public final class Translator {
  private final Positions positions;
  private long lastMicros = Long.MIN_VALUE;
  private String lastTime = "";

  /**
   * For one stream.
   *
   * @param streamStart the slot's confirmed position when the stream was started
   */
  public Translator(int incarnation, int timeline, long streamStart) {
    this.positions = new Positions(incarnation, timeline, streamStart);
  }

  /**
   * Translates the next row.
   *
   * @throws IllegalStateException where the row cannot be placed; see {@link Positions}
   */
  public Translated translate(SourceRow row) {
    // The position is taken first: an unfit row has its place in the transaction all the same.
    return translate(row, positions.next(row));
  }

  /** Translates a row whose place somebody else has given. */
  public Translated translate(SourceRow row, Position position) {
    Channel channel = Channel.parse(row.tenant(), row.channel());
    if (channel == null) {
      return new Translated.Unfit(
          row, position, "tenant or channel is no name", row.commitMicros());
    }
    Envelope envelope =
        new Envelope(
            row.id(),
            row.type(),
            row.entity(),
            row.author(),
            time(row.commitMicros()),
            row.traceparent());
    byte[] data = row.data().getBytes(StandardCharsets.UTF_8);
    return new Translated.Row(
        new OutboxRecord(channel, envelope, position, data), row.commitMicros());
  }

  /** Rows of one transaction share their time, so it is formatted once. */
  private String time(long micros) {
    if (micros != lastMicros) {
      lastMicros = micros;
      lastTime = Times.micros(micros);
    }
    return lastTime;
  }
}
