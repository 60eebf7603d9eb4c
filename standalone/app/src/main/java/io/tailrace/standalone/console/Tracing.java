package io.tailrace.standalone.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tailrace.schemas.event.Envelope;
import io.tailrace.schemas.event.Event;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.token.Identity;
import io.tailrace.schemas.topic.BadRecordException;
import io.tailrace.schemas.topic.EventHeaders;
import io.tailrace.schemas.topic.Topics;
import io.tailrace.sequencer.deadletter.DeadLetters;
import io.tailrace.standalone.doctor.TopicScan;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Where one event, or all of a trace, went: from its commit over the topics to gateway and stores,
 * as far as those still have it. Any thread; each call reads topics, which takes seconds.
 */
final class Tracing {
  private static final int EVENTS_MAX = 20;
  private static final long RECORDS_MAX = 500_000;
  private static final Duration BACK = Duration.ofHours(1);
  private static final Duration CLOCKS = Duration.ofMinutes(5);
  private static final long WAIT_MS = 2_000;
  private static final int TIME_ORDERED = 7;
  private static final int TRACE_FROM = 3;
  private static final int TRACE_TO = 35;
  private static final JsonMapper JSON = new JsonMapper();

  private final TopicScan topics;
  private final Parts parts;
  private final KafkaView kafka;

  Tracing(String bootstrap, Parts parts, KafkaView kafka) {
    this.topics = new TopicScan(bootstrap, RECORDS_MAX);
    this.parts = parts;
    this.kafka = kafka;
  }

  /**
   * What is looked for: one of them.
   *
   * @param eventId an event's id
   * @param traceId 32 hexadecimal digits
   */
  record Wanted(@Nullable UUID eventId, @Nullable String traceId) {
    private static final Pattern TRACE = Pattern.compile("[0-9a-f]{32}");
    private static final Pattern ID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    /** Reads what somebody typed; null where it is neither. */
    static @Nullable Wanted of(String text) {
      String asked = text.strip().toLowerCase(Locale.ROOT);
      if (ID.matcher(asked).matches()) {
        return new Wanted(UUID.fromString(asked), null);
      }
      return TRACE.matcher(asked).matches() ? new Wanted(null, asked) : null;
    }

    boolean is(Envelope envelope) {
      if (eventId != null) {
        return eventId.toString().equals(envelope.id());
      }
      return traceId != null && traceId.equals(traceOf(envelope));
    }

    /** Since when it may be in the topics: ids that begin with their time say so. */
    Instant from(Instant now) {
      Instant back = now.minus(BACK);
      if (eventId == null || eventId.version() != TIME_ORDERED) {
        return back;
      }
      Instant made = Instant.ofEpochMilli(eventId.getMostSignificantBits() >>> 16);
      return made.isAfter(now) ? back : made.minus(CLOCKS);
    }
  }

  /**
   * Answers {@code events}, each with its hops in order, and {@code incomplete} with why where not
   * all was read.
   */
  ObjectNode find(Wanted wanted, Identity who, Instant now) throws InterruptedException {
    Map<String, ObjectNode> found = new LinkedHashMap<>();
    ObjectNode answer = JSON.createObjectNode();
    try {
      boolean all = scan(Topics.OUTBOX, wanted, who, now, found);
      all &= scan(Topics.EVENTS, wanted, who, now, found);
      // What has a seq is no dead letter; of a trace, some may be.
      if (wanted.eventId() == null || found.values().stream().noneMatch(each -> each.has("seq"))) {
        all &= scan(Topics.DEADLETTER, wanted, who, now, found);
      }
      if (!all) {
        answer.put("incomplete", "the topics have more than is read for one look-up");
      }
    } catch (KafkaException e) {
      answer.put("incomplete", "Kafka does not answer");
    }
    for (ObjectNode event : found.values()) {
      reached(event, who.tenant());
    }
    answer.putArray("events").addAll(found.values());
    return answer;
  }

  private boolean scan(
      String topic, Wanted wanted, Identity who, Instant now, Map<String, ObjectNode> found) {
    return topics.read(
        topic,
        wanted.from(now),
        record -> {
          Channel channel = channelOf(record);
          Envelope envelope = channel != null && who.mayUse(channel) ? envelopeOf(record) : null;
          if (channel == null || envelope == null || !wanted.is(envelope)) {
            return false;
          }
          ObjectNode event = found.get(envelope.id());
          if (event == null) {
            if (found.size() == EVENTS_MAX) {
              return true;
            }
            event = begin(channel, envelope);
            found.put(envelope.id(), event);
          }
          hop(event, record);
          return wanted.eventId() != null && !topic.equals(Topics.DEADLETTER);
        });
  }

  private static ObjectNode begin(Channel channel, Envelope envelope) {
    ObjectNode event = JSON.createObjectNode();
    event.put("id", envelope.id());
    event.put("channel", channel.name());
    event.put("type", envelope.type());
    event.put("traceId", traceOf(envelope));
    event.putArray("hops").addObject().put("hop", "commit").put("at", envelope.time());
    return event;
  }

  private static void hop(ObjectNode event, ConsumerRecord<byte[], byte[]> record) {
    ArrayNode hops = event.withArray("hops");
    ObjectNode hop = JSON.createObjectNode();
    hop.put("place", record.topic() + "/" + record.partition() + "/" + record.offset());
    switch (record.topic()) {
      case Topics.OUTBOX ->
          hop.put("hop", "relay").put("at", Instant.ofEpochMilli(record.timestamp()).toString());
      case Topics.EVENTS -> sequenced(event, hop.put("hop", "sequencer"), record);
      default ->
          hop.put("hop", "dead letter")
              .put("at", Instant.ofEpochMilli(record.timestamp()).toString())
              .put("reason", text(record, DeadLetters.REASON))
              .put("detail", text(record, DeadLetters.DETAIL));
    }
    hops.add(hop);
  }

  private static void sequenced(
      ObjectNode event, ObjectNode hop, ConsumerRecord<byte[], byte[]> record) {
    try {
      Event numbered = EventHeaders.readEvent(record.key(), record.headers(), record.value());
      hop.put("epoch", numbered.epoch()).put("seq", numbered.seq());
      event.put("seq", numbered.seq());
      event.put("partition", record.partition());
      event.put("offset", record.offset());
    } catch (BadRecordException e) {
      hop.put("detail", e.getMessage());
    }
  }

  /** Where it is now: in the gateway's window, in the stores. */
  private void reached(ObjectNode event, String tenant) throws InterruptedException {
    if (!event.has("seq")) {
      return;
    }
    ArrayNode hops = event.withArray("hops");
    Long arrived =
        arrivedMs(tenant + '/' + event.path("channel").asText(), event.path("seq").asLong());
    ObjectNode gateway = hops.addObject().put("hop", "gateway");
    if (arrived == null) {
      gateway.put("detail", "no longer in its window, or no connection has been here");
    } else {
      gateway.put("at", Instant.ofEpochMilli(arrived).toString());
    }
    boolean stored = kafka.isStored(event.path("partition").asInt(), event.path("offset").asLong());
    hops.addObject()
        .put("hop", "store")
        .put("detail", stored ? "the stores have it" : "the stores have not read it yet");
    event.remove("partition");
    event.remove("offset");
  }

  private @Nullable Long arrivedMs(String channel, long seq) throws InterruptedException {
    try {
      return parts.arrivedMs(channel, seq).get(WAIT_MS, TimeUnit.MILLISECONDS).stream()
          .filter(at -> at > 0)
          .min(Long::compareTo)
          .orElse(null);
    } catch (ExecutionException | TimeoutException e) {
      return null; // busy: the page says that it is not known
    }
  }

  private static @Nullable Channel channelOf(ConsumerRecord<byte[], byte[]> record) {
    try {
      return EventHeaders.channelOf(record.key());
    } catch (BadRecordException e) {
      return null; // nobody's: it is in the runbook of dead letters
    }
  }

  private static @Nullable Envelope envelopeOf(ConsumerRecord<byte[], byte[]> record) {
    try {
      return EventHeaders.readEnvelope(record.headers());
    } catch (BadRecordException e) {
      return null; // a mark, or unreadable
    }
  }

  private static @Nullable String traceOf(Envelope envelope) {
    String parent = envelope.traceparent();
    return parent == null || parent.length() < TRACE_TO
        ? null
        : parent.substring(TRACE_FROM, TRACE_TO);
  }

  private static @Nullable String text(ConsumerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null || header.value() == null ? null : new String(header.value(), UTF_8);
  }
}
