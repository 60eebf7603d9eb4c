package io.tailrace.catchup;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.event.Envelope;
import io.tailrace.schemas.event.Event;
import io.tailrace.schemas.event.MemberChange;
import io.tailrace.schemas.event.Times;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.topic.EpochMark;
import io.tailrace.schemas.topic.EventHeaders;
import io.tailrace.schemas.topic.Topics;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Writes the topic of events as the sequencer does: in transactions, numbered and chained. */
final class EventsLog implements AutoCloseable {
  private final KafkaProducer<byte[], byte[]> producer;
  private final Map<Channel, Event> last = new HashMap<>();
  private long written;

  EventsLog(String bootstrap) {
    producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrap, "transactional.id", "events-log"),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    producer.initTransactions();
  }

  void begin() {
    producer.beginTransaction();
  }

  void commit() {
    producer.commitTransaction();
  }

  /** Nothing of the transaction has happened; the numbers it used are given again. */
  void abort(Map<Channel, Event> before) {
    producer.abortTransaction();
    last.clear();
    last.putAll(before);
  }

  Map<Channel, Event> places() {
    return Map.copyOf(last);
  }

  /** The last seq that was given. */
  long head(Channel channel) {
    Event event = last.get(channel);
    return event == null ? 0 : event.seq();
  }

  /** So many events in a transaction of their own. */
  void append(Channel channel, int count) {
    begin();
    for (int i = 0; i < count; i++) {
      add(channel, 1, null, "{\"text\":\"" + i + "\"}");
    }
    commit();
  }

  /** One event in a transaction of its own. */
  Event append(Channel channel, @Nullable String entity, String data) {
    begin();
    Event event = add(channel, 1, entity, data);
    commit();
    return event;
  }

  /** One event in the open transaction. */
  Event add(Channel channel, int epoch, @Nullable String entity, String data) {
    return add(channel, epoch, entity, data, System.currentTimeMillis());
  }

  /** Makes somebody a member, in a transaction of its own; null: removes them. */
  Event change(Channel channel, String user, @Nullable String role) {
    begin();
    Event event = addChange(channel, 1, user, role);
    commit();
    return event;
  }

  /** Makes somebody a member, in the open transaction; null: removes them. */
  Event addChange(Channel channel, int epoch, String user, @Nullable String role) {
    String entity = MemberChange.ENTITY + user;
    long now = System.currentTimeMillis();
    return role == null
        ? add(channel, epoch, new Content(MemberChange.REMOVED, entity, "{}"), now)
        : add(
            channel,
            epoch,
            new Content(MemberChange.SET, entity, "{\"role\":\"" + role + "\"}"),
            now);
  }

  /** In the open transaction: a rebuild has brought the channel's partition all its rows. */
  void mark(int partition, int epoch) {
    RecordHeaders headers = new RecordHeaders();
    EpochMark.write(headers, epoch);
    send(new ProducerRecord<>(Topics.EVENTS, partition, null, null, null, headers));
  }

  /** One event in the open transaction, committed at a time of one's own. */
  Event add(Channel channel, int epoch, @Nullable String entity, String data, long committedMs) {
    return add(channel, epoch, new Content("message.posted", entity, data), committedMs);
  }

  private record Content(String type, @Nullable String entity, String data) {}

  private Event add(Channel channel, int epoch, Content content, long committedMs) {
    Event before = last.get(channel);
    boolean goesOn = before != null && before.epoch() == epoch;
    long seq = before != null && goesOn ? before.seq() + 1 : 1;
    long previous = before != null && goesOn ? before.chain() : Chain.start(epoch);
    long nowMicros = committedMs * 1000;
    Envelope envelope =
        new Envelope(
            "id-" + ++written,
            content.type(),
            content.entity(),
            "ada",
            Times.micros(nowMicros),
            null);
    byte[] bytes = content.data().getBytes(UTF_8);
    long chain = Chain.next(previous, envelope, bytes);
    Event event = new Event(channel, envelope, epoch, seq, chain, bytes);
    last.put(channel, event);
    RecordHeaders headers = new RecordHeaders();
    EventHeaders.writeEnvelope(headers, channel, envelope);
    EventHeaders.writeSequence(headers, epoch, seq, chain);
    send(
        new ProducerRecord<>(
            Topics.EVENTS, null, nowMicros / 1000, channel.full().getBytes(UTF_8), bytes, headers));
    return event;
  }

  private void send(ProducerRecord<byte[], byte[]> record) {
    var sent = producer.send(record);
    if (sent.isDone()) {
      try {
        sent.get();
      } catch (InterruptedException | ExecutionException e) {
        throw new AssertionError(e);
      }
    }
  }

  /** A hole: the next event follows one that never reaches the log. */
  void lose(Channel channel) {
    Event before = last.get(channel);
    if (before == null) {
      throw new AssertionError("nothing to lose");
    }
    last.put(
        channel,
        new Event(
            channel,
            before.envelope(),
            before.epoch(),
            before.seq() + 1,
            before.chain() + 1,
            before.data()));
  }

  /** Everything sent is in the log, though not committed. */
  void flush() {
    producer.flush();
  }

  @Override
  public void close() {
    producer.close();
  }
}
