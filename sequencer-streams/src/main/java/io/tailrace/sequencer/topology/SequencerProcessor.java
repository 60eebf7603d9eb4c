package io.tailrace.sequencer.topology;

import io.tailrace.schemas.event.Envelope;
import io.tailrace.schemas.event.Position;
import io.tailrace.schemas.topic.BadRecordException;
import io.tailrace.schemas.topic.EpochMark;
import io.tailrace.schemas.topic.EventHeaders;
import io.tailrace.schemas.topic.Topics;
import io.tailrace.schemas.trace.Hop;
import io.tailrace.schemas.trace.Traced;
import io.tailrace.sequencer.SequencerMetrics;
import io.tailrace.sequencer.deadletter.DeadLetters;
import io.tailrace.sequencer.dedupe.PositionBytes;
import io.tailrace.sequencer.emit.Decision;
import io.tailrace.sequencer.emit.Input;
import io.tailrace.sequencer.emit.Sequencing;
import io.tailrace.sequencer.number.ChannelState;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out {@link Sequencing} for the partitions of one task. One instance per task, used by the
 * task's thread only.
 */
final class SequencerProcessor implements Processor<byte[], byte[], PlacedKey, byte[]> {
  private static final Logger LOG = LoggerFactory.getLogger(SequencerProcessor.class);

  private final SequencerMetrics metrics;
  private final Wired wired = new Wired();

  SequencerProcessor(SequencerMetrics metrics) {
    this.metrics = metrics;
  }

  /** What exists from {@code init} on. */
  private static final class Wired {
    @Nullable ProcessorContext<PlacedKey, byte[]> context;
    @Nullable KeyValueStore<Bytes, byte[]> positions;
    @Nullable KeyValueStore<Bytes, byte[]> channels;
    Bytes partitionKey = Bytes.wrap(new byte[0]);
    Bytes markedKey = Bytes.wrap(new byte[0]);

    /** The last epoch whose end mark the partition has had; 0: none. */
    int markedEpoch;
  }

  @Override
  public void init(ProcessorContext<PlacedKey, byte[]> context) {
    wired.context = context;
    wired.positions = context.getStateStore(SequencerTopology.POSITIONS);
    wired.channels = context.getStateStore(SequencerTopology.CHANNELS);
    int partition = context.taskId().partition();
    wired.partitionKey = Bytes.wrap(ByteBuffer.allocate(4).putInt(partition).array());
    wired.markedKey = Bytes.wrap(ByteBuffer.allocate(5).putInt(partition).put((byte) 'm').array());
    byte[] marked = Objects.requireNonNull(wired.positions).get(wired.markedKey);
    wired.markedEpoch = marked == null ? 0 : ByteBuffer.wrap(marked).getInt();
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    KeyValueStore<Bytes, byte[]> positions = Objects.requireNonNull(wired.positions);
    KeyValueStore<Bytes, byte[]> channels = Objects.requireNonNull(wired.channels);
    byte[] stored = positions.get(wired.partitionKey);
    Position last = stored == null ? null : PositionBytes.decode(stored);
    Input input = OutboxReader.read(record.key(), record.headers(), record.value());
    Bytes channel = record.key() == null ? null : Bytes.wrap(record.key());
    byte[] state = channel == null || !(input instanceof Input.Row) ? null : channels.get(channel);
    switch (Sequencing.decide(last, state == null ? null : ChannelState.decode(state), input)) {
      case Decision.Drop _ -> metrics.repeat();
      case Decision.Emit(Position position, ChannelState next) -> {
        positions.put(wired.partitionKey, PositionBytes.encode(position));
        channels.put(Objects.requireNonNull(channel), next.encode());
        emit(record, next);
      }
      case Decision.Mark(Position position) -> {
        positions.put(wired.partitionKey, PositionBytes.encode(position));
        wired.markedEpoch = position.incarnation();
        positions.put(wired.markedKey, ByteBuffer.allocate(4).putInt(wired.markedEpoch).array());
        mark(record, position.incarnation());
      }
      case Decision.DeadLetter letter -> {
        if (letter.position() != null) {
          positions.put(wired.partitionKey, PositionBytes.encode(letter.position()));
        }
        bury(record, letter);
      }
    }
  }

  private void emit(Record<byte[], byte[]> record, ChannelState state) {
    long startMicros = metrics.spans().isOn() ? metrics.nowMicros() : 0;
    Headers headers = record.headers();
    headers.remove(EventHeaders.POSITION);
    headers.remove(EventHeaders.EPOCH);
    headers.remove(EventHeaders.SEQUENCE);
    headers.remove(EventHeaders.CHAIN);
    EventHeaders.writeSequence(headers, state.epoch(), state.seq(), state.chain());
    EpochMark.writeBehind(headers, state.epoch() == wired.markedEpoch);
    ProcessorContext<PlacedKey, byte[]> context = Objects.requireNonNull(wired.context);
    context.forward(
        record.withKey(new PlacedKey(record.key(), context.taskId().partition())),
        SequencerTopology.EVENTS_SINK);
    metrics.event(record.timestamp());
    if (metrics.spans().isOn()) {
      tellOfSpan(headers, startMicros);
    }
  }

  private void tellOfSpan(Headers headers, long startMicros) {
    try {
      Envelope envelope = EventHeaders.readEnvelope(headers);
      Traced traced = metrics.spans().traced(envelope.id(), envelope.traceparent());
      if (traced != null) {
        metrics.spans().hop(Hop.SEQUENCE, traced, startMicros, metrics.nowMicros());
      }
    } catch (BadRecordException _) {
      // It has its seq without what a span needs; gateways say that it is no event.
    }
  }

  private void mark(Record<byte[], byte[]> record, int epoch) {
    ProcessorContext<PlacedKey, byte[]> context = Objects.requireNonNull(wired.context);
    Headers headers = new RecordHeaders();
    EpochMark.write(headers, epoch);
    PlacedKey nobody = new PlacedKey(null, context.taskId().partition());
    context.forward(
        new Record<>(nobody, null, record.timestamp(), headers), SequencerTopology.EVENTS_SINK);
    LOG.atInfo()
        .addKeyValue("partition", nobody.partition())
        .addKeyValue("epoch", epoch)
        .log("a rebuild has brought this partition all its rows");
  }

  private void bury(Record<byte[], byte[]> record, Decision.DeadLetter letter) {
    ProcessorContext<PlacedKey, byte[]> context = Objects.requireNonNull(wired.context);
    int partition = context.taskId().partition();
    long offset = context.recordMetadata().map(RecordMetadata::offset).orElse(-1L);
    int bytes = OutboxReader.recordBytes(record.key(), record.headers(), record.value());
    Headers headers =
        DeadLetters.headers(record.headers(), letter, Topics.OUTBOX, partition, offset);
    byte[] value = DeadLetters.value(record.value(), bytes, headers);
    context.forward(
        new Record<>(new PlacedKey(record.key(), partition), value, record.timestamp(), headers),
        SequencerTopology.DEADLETTER_SINK);
    metrics.deadLetter(letter.reason());
    LOG.atWarn()
        .addKeyValue("reason", letter.reason().code())
        .addKeyValue("detail", letter.detail())
        .addKeyValue("partition", partition)
        .addKeyValue("offset", offset)
        .addKeyValue("trace", EventHeaders.traceOf(record.headers()))
        .log("a record became a dead letter");
  }
}
