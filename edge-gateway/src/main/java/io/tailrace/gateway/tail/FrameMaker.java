package io.tailrace.gateway.tail;

import io.tailrace.gateway.encode.Frame;
import io.tailrace.schemas.event.Event;
import io.tailrace.schemas.event.MemberChange;
import io.tailrace.schemas.event.Times;
import io.tailrace.schemas.frame.EventJson;
import io.tailrace.schemas.frame.JsonText;
import io.tailrace.schemas.topic.BadRecordException;
import io.tailrace.schemas.topic.EpochMark;
import io.tailrace.schemas.topic.EventHeaders;
import io.tailrace.schemas.trace.Spans;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Makes the frame of a record, event or mark; owned by the tail thread. */
final class FrameMaker {
  private final JsonText text = new JsonText(1024);
  private final Spans spans;

  FrameMaker(Spans spans) {
    this.spans = spans;
  }

  Frame make(ConsumerRecord<byte[], byte[]> record, long nowMs) throws BadRecordException {
    if (EpochMark.is(record.headers())) {
      return mark(record, nowMs);
    }
    Event event = EventHeaders.readEvent(record.key(), record.headers(), record.value());
    EventJson.frame(text.reset(), event);
    return new Frame(
        new Frame.Place(
            event.channel().full(),
            record.partition(),
            record.offset(),
            event.epoch(),
            event.seq(),
            event.chain()),
        commitMicros(event.envelope().time()),
        nowMs,
        MemberChange.of(event.envelope(), event.data()),
        text.toByteArray(),
        spans.traced(event.envelope().id(), event.envelope().traceparent()));
  }

  private static Frame mark(ConsumerRecord<byte[], byte[]> record, long nowMs)
      throws BadRecordException {
    int epoch = EpochMark.epochOf(record.headers());
    if (epoch < 1) {
      throw new BadRecordException("the mark has no epoch");
    }
    return Frame.mark(record.partition(), record.offset(), epoch, nowMs);
  }

  private static long commitMicros(String time) throws BadRecordException {
    try {
      return Times.parseMicros(time);
    } catch (RuntimeException e) {
      throw new BadRecordException("the header ce_time is no time", e);
    }
  }
}
