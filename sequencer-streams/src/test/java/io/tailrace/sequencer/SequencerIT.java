package io.tailrace.sequencer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.tailrace.embed.KafkaBroker;
import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.event.Event;
import io.tailrace.schemas.event.Position;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.testkit.Await;
import io.tailrace.schemas.topic.BadRecordException;
import io.tailrace.schemas.topic.EpochMark;
import io.tailrace.schemas.topic.EventHeaders;
import io.tailrace.schemas.topic.Topics;
import io.tailrace.sequencer.deadletter.DeadLetters;
import io.tailrace.sequencer.emit.Sequencing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sequencer on a real broker: what goes into the outbox topic and what comes out. */
class SequencerIT {
  private static final int PARTITIONS = 2;
  private static final List<Channel> CHANNELS =
      List.of(
          new Channel("acme", "chat", "a"),
          new Channel("acme", "chat", "b"),
          new Channel("other", "chat", "a"));

  @TempDir Path folder;
  private KafkaBroker broker;
  private SequencerService sequencer;
  private OutboxLog log;

  @BeforeEach
  void start() {
    broker = KafkaBroker.temporary();
    sequencer = startSequencer();
    log = new OutboxLog(broker.bootstrap());
  }

  @AfterEach
  void stop() {
    log.close();
    sequencer.close();
    broker.close();
  }

  private SequencerService startSequencer() {
    return SequencerService.start(
        SequencerConfig.local(broker.bootstrap(), PARTITIONS, folder.resolve("state")));
  }

  @Test
  void numbersEachChannelWithoutGapAndDropsRepeats() {
    appendSome(50);
    for (long n = 1; n <= 50; n++) {
      log.repeat(CHANNELS.get((int) (n % 3)), n);
    }
    log.flush();
    appendSome(10);

    List<Event> events = awaitEvents(60);

    assertGapless(events);
    assertEquals(60, events.size());
  }

  @Test
  void keepsValueTimeAndHeadersAndStaysInItsPartition() throws BadRecordException {
    appendSome(9);
    awaitEvents(9);

    List<ConsumerRecord<byte[], byte[]>> rows = log.read(Topics.OUTBOX, "read_committed");
    List<ConsumerRecord<byte[], byte[]>> events = log.read(Topics.EVENTS, "read_committed");

    for (ConsumerRecord<byte[], byte[]> row : rows) {
      String id = EventHeaders.idOf(row.headers());
      ConsumerRecord<byte[], byte[]> event =
          events.stream()
              .filter(e -> String.valueOf(EventHeaders.idOf(e.headers())).equals(id))
              .findAny()
              .orElseThrow();
      assertEquals(new String(row.value(), UTF_8), new String(event.value(), UTF_8));
      assertEquals(EventHeaders.commitMs(row.headers()), event.timestamp());
      assertEquals(row.partition(), event.partition());
      assertNull(event.headers().lastHeader(EventHeaders.POSITION));
    }
  }

  @Test
  void deadLettersDoNotStopTheChannelAndTakeNoSeq() {
    Channel channel = CHANNELS.getFirst();
    log.append(channel);
    log.appendRaw(new ProducerRecord<>(Topics.OUTBOX, 0, null, null));
    log.appendRaw(new ProducerRecord<>(Topics.OUTBOX, 0, "no channel".getBytes(UTF_8), null));
    log.appendRaw(
        new ProducerRecord<>(
            Topics.OUTBOX, 0, channel.full().getBytes(UTF_8), "{}".getBytes(UTF_8)));
    ProducerRecord<byte[], byte[]> huge =
        OutboxLog.row(channel, 2, new byte[Sequencing.EVENT_BYTES_MAX]);
    log.appendRaw(huge);
    log.appendRaw(huge);
    log.append(channel);
    log.append(channel);
    log.flush();

    // The huge row took the position of the second commit: the row behind it is its repeat.
    List<Event> events = awaitEvents(2);
    Await.until("dead letters", () -> log.read(Topics.DEADLETTER, "read_committed").size() == 4);

    assertGapless(events);
    for (ConsumerRecord<byte[], byte[]> letter : log.read(Topics.DEADLETTER, "read_committed")) {
      String reason = new String(letter.headers().lastHeader(DeadLetters.REASON).value(), UTF_8);
      boolean dropped = letter.headers().lastHeader(DeadLetters.VALUE_BYTES) != null;
      assertEquals(dropped ? "oversized" : "unreadable", reason);
    }
  }

  @Test
  void aLostStateFolderMakesNoDifference() throws IOException {
    appendSome(40);
    awaitEvents(40);
    sequencer.close();
    deleteTree(folder.resolve("state"));
    sequencer = startSequencer();
    appendSome(20);
    for (long n = 1; n <= 60; n++) {
      log.repeat(CHANNELS.get((int) (n % 3)), n);
    }
    log.flush();

    List<Event> events = awaitEvents(60);

    assertGapless(events);
  }

  @Test
  void rowsThatLeftTheTopicUnreadStopItLoudly() throws Exception {
    appendSome(30);
    awaitEvents(30);
    sequencer.close();
    appendSome(30);
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
      Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
      for (int i = 0; i < PARTITIONS; i++) {
        all.put(new TopicPartition(Topics.OUTBOX, i), RecordsToDelete.beforeOffset(-1));
      }
      admin.deleteRecords(all).all().get();
    }
    sequencer = startSequencer();
    appendSome(30);

    Await.until("a sequencer that has stopped", sequencer::failed);

    assertEquals(30, log.events().size());
    assertFalse(sequencer.ready());
  }

  @Test
  void aTopicMadeAnewIsReadFromItsBeginning() throws Exception {
    appendSome(30);
    awaitEvents(30);
    sequencer.close();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
      admin.deleteTopics(List.of(Topics.OUTBOX)).all().get();
      Await.until(
          "Kafka has forgotten the offsets",
          () ->
              admin
                  .listConsumerGroupOffsets(Topics.SEQUENCER_GROUP)
                  .partitionsToOffsetAndMetadata()
                  .get()
                  .isEmpty());
    }
    sequencer = startSequencer();
    appendSome(30);

    assertGapless(awaitEvents(60));
  }

  @Test
  void aRebuildIsMarkedInEveryPartitionWithoutTakingASeq() {
    appendSome(6);
    awaitEvents(6);
    for (int partition = 0; partition < PARTITIONS; partition++) {
      RecordHeaders headers = new RecordHeaders();
      EpochMark.write(headers);
      EventHeaders.writePosition(headers, new Position(2, 1, 0, 0, 0));
      log.appendRaw(
          new ProducerRecord<byte[], byte[]>(Topics.OUTBOX, partition, null, null, null, headers));
    }
    log.flush();
    appendSome(3); // of the epoch that has ended

    Await.until("marks", () -> marks().size() == PARTITIONS);

    assertEquals(List.of(2, 2), marks());
    assertEquals(0, log.read(Topics.DEADLETTER, "read_committed").size());
    assertEquals(6 + PARTITIONS, log.read(Topics.EVENTS, "read_committed").size());
  }

  @Test
  void eventsBehindAMarkSayThatTheirEpochIsWholeAlsoAfterARestart() throws Exception {
    appendSome(3);
    appendOfEpochTwo(1);
    RecordHeaders headers = new RecordHeaders();
    EpochMark.write(headers);
    EventHeaders.writePosition(headers, new Position(2, 1, 1, 2, 0));
    byte[] key = CHANNELS.getFirst().full().getBytes(UTF_8);
    int partition = Utils.toPositive(Utils.murmur2(key)) % PARTITIONS;
    log.appendRaw(new ProducerRecord<>(Topics.OUTBOX, partition, null, null, null, headers));
    appendOfEpochTwo(3);
    awaitRecords(6);
    sequencer.close();
    sequencer = startSequencer();

    appendOfEpochTwo(4);
    awaitRecords(7);

    List<String> behind =
        log.read(Topics.EVENTS, "read_committed").stream()
            .filter(record -> EpochMark.isBehind(record.headers()))
            .map(record -> String.valueOf(EventHeaders.idOf(record.headers())))
            .toList();
    assertEquals(List.of("id-3", "id-4"), behind);
  }

  private void awaitRecords(int count) {
    Await.until(
        count + " records", () -> log.read(Topics.EVENTS, "read_committed").size() == count);
  }

  /** A row of the first channel, with a position that follows from its number. */
  private void appendOfEpochTwo(long n) {
    ProducerRecord<byte[], byte[]> row =
        OutboxLog.row(CHANNELS.getFirst(), n, "{}".getBytes(UTF_8));
    row.headers().remove(EventHeaders.POSITION);
    EventHeaders.writePosition(row.headers(), new Position(2, 1, n - 1, n, 0));
    log.appendRaw(row);
    log.flush();
  }

  private List<Integer> marks() {
    return log.read(Topics.EVENTS, "read_committed").stream()
        .map(record -> EpochMark.epochOf(record.headers()))
        .filter(epoch -> epoch > 0)
        .toList();
  }

  private void appendSome(int count) {
    for (int i = 0; i < count; i++) {
      long n = nextNumber();
      Channel channel = CHANNELS.get((int) (n % 3));
      assertEquals(n, log.append(channel));
    }
    log.flush();
  }

  private long appended;

  private long nextNumber() {
    return ++appended;
  }

  private List<Event> awaitEvents(int count) {
    Await.until(count + " events", () -> log.events().size() >= count);
    List<Event> events = log.events();
    assertEquals(count, events.size());
    return events;
  }

  /** Seq 1, 2, 3 … per channel, each chain following from the one before. */
  static void assertGapless(List<Event> events) {
    Map<Channel, Event> last = new HashMap<>();
    for (Event event : events) {
      Event before = last.put(event.channel(), event);
      assertEquals(before == null ? 1 : before.seq() + 1, event.seq(), event.channel().full());
      assertEquals(1, event.epoch());
      long chain = before == null ? Chain.start(1) : before.chain();
      assertEquals(Chain.next(chain, event.envelope(), event.data()), event.chain());
    }
  }

  static void deleteTree(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
