package io.tailrace.sequencer.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.tailrace.embed.KafkaBroker;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.event.Event;
import io.tailrace.schemas.event.Position;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.testkit.Await;
import io.tailrace.schemas.testkit.ContractFiles;
import io.tailrace.schemas.topic.EpochMark;
import io.tailrace.schemas.topic.EventHeaders;
import io.tailrace.schemas.topic.Placement;
import io.tailrace.schemas.topic.Topics;
import io.tailrace.sequencer.OutboxLog;
import io.tailrace.sequencer.SequencerConfig;
import io.tailrace.sequencer.SequencerService;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The history store behind a real sequencer on a real broker. */
class HistoryIT {
  private static final int PARTITIONS = 3;
  private static final int MUCH = 1 << 20;
  private static final List<Channel> CHANNELS =
      List.of(
          new Channel("acme", "chat", "a"),
          new Channel("acme", "chat", "b"),
          new Channel("acme", "chat", "c"),
          new Channel("other", "chat", "a"),
          new Channel("other", "chat", "long-name"));

  @TempDir Path folder;
  private KafkaBroker broker;
  private SequencerService sequencer;
  private OutboxLog log;
  private HistoryStreams history;

  @BeforeEach
  void start() {
    broker = KafkaBroker.temporary();
    sequencer =
        SequencerService.start(
            SequencerConfig.local(broker.bootstrap(), PARTITIONS, folder.resolve("sequencer")));
    log = new OutboxLog(broker.bootstrap());
    history = startHistory();
  }

  @AfterEach
  void stop() {
    history.close();
    log.close();
    sequencer.close();
    broker.close();
  }

  private HistoryStreams startHistory() {
    return HistoryStreams.start(options(), _ -> Retention.ALL, HistoryListener.NONE);
  }

  private HistoryOptions options() {
    return HistoryOptions.local(broker.bootstrap(), PARTITIONS, folder.resolve("history"));
  }

  @Test
  void isTheLog() {
    append(1000);
    awaitHistory(1000);

    assertIsTheLog();
  }

  @Test
  void aPartitionThatEndsInMarkersStandsAtTheLogsEnd() {
    append(20);
    awaitHistory(20);
    Map<Integer, Long> ends = logEnds();

    Await.until(
        "positions behind the markers " + ends,
        () -> ends.entrySet().stream().allMatch(e -> position(e.getKey()) >= e.getValue()));
  }

  @Test
  void markersAloneMoveAnIdlePartition() {
    // The stores are there first; then come records and the marker behind them, and nothing else.
    Await.until("history", history::ready);
    log.append(CHANNELS.getFirst());
    log.flush();
    awaitHistory(1);
    Map<Integer, Long> ends = logEnds();

    Await.until(
        "positions behind the markers " + ends,
        () -> ends.entrySet().stream().allMatch(e -> position(e.getKey()) >= e.getValue()));
    // The last record is the event, and what stands behind it is a marker.
    long event = log.read(Topics.EVENTS, "read_committed").getLast().offset();
    assertEquals(event + 2, ends.values().stream().mapToLong(end -> end).max().orElse(0));
  }

  @Test
  void underContractsThatPlaceAChannelElsewhereItStops() throws IOException {
    append(50);
    awaitHistory(50);
    Contracts others = Contracts.load(ContractFiles.ownLogs(folder.resolve("others"), "chat"));
    CountDownLatch stopped = new CountDownLatch(1);
    HistoryOptions options =
        HistoryOptions.local(broker.bootstrap(), PARTITIONS, folder.resolve("elsewhere"))
            .placed(Placement.of(others));
    history.close();

    try (HistoryStreams elsewhere =
        HistoryStreams.start(
            options, _ -> Retention.ALL, HistoryListener.NONE, stopped::countDown)) {
      Await.until("it has stopped", () -> stopped.getCount() == 0);
      assertFalse(elsewhere.ready());
    }
  }

  @Test
  void aCleanStopAndALostFolderMakeNoDifference() throws IOException {
    append(500);
    awaitHistory(500);
    history.close();
    append(100);
    history = startHistory();
    awaitHistory(600);
    assertIsTheLog();
    history.close();
    deleteTree(folder.resolve("history"));

    history = startHistory();
    awaitHistory(600);

    assertIsTheLog();
  }

  /** Nothing but the marks says that everything before is void. */
  @Test
  void aLostFolderIsFilledWithTheMarksOfARebuildToo() throws IOException {
    append(100);
    awaitHistory(100);
    for (int partition = 0; partition < PARTITIONS; partition++) {
      RecordHeaders headers = new RecordHeaders();
      EventHeaders.writePosition(headers, new Position(2, 1, 0, 0, 0));
      EpochMark.write(headers);
      log.appendRaw(new ProducerRecord<>(Topics.OUTBOX, partition, null, null, null, headers));
    }
    log.flush();
    awaitHistory(0);
    history.close();
    deleteTree(folder.resolve("history"));

    history = startHistory();

    awaitHistory(0);
  }

  @Test
  void aKilledProcessLeavesAPrefixThatKnowsItsOffset() throws Exception {
    history.close();
    for (int kill = 0; kill < 3; kill++) {
      Process process =
          HistoryMain.spawn(broker.bootstrap(), PARTITIONS, folder.resolve("history"));
      try {
        // Written while the process reads, so that it is killed in the middle of it.
        append(3000);
        Await.until("a line of progress", () -> process.inputReader().readLine() != null);
        append(3000);
      } finally {
        process.destroyForcibly();
        process.waitFor();
      }
    }

    history = startHistory();
    awaitHistory(18_000);

    assertIsTheLog();
  }

  /** Entry of a process that runs the store until it is killed. */
  static final class HistoryMain {
    private HistoryMain() {}

    static Process spawn(String bootstrap, int partitions, Path stateDir) throws IOException {
      return new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "--enable-native-access=ALL-UNNAMED",
              "--sun-misc-unsafe-memory-access=allow",
              "-cp",
              System.getProperty("java.class.path"),
              HistoryMain.class.getName(),
              bootstrap,
              Integer.toString(partitions),
              stateDir.toString())
          .redirectError(new File("/dev/null"))
          .start();
    }

    public static void main(String[] arguments) {
      HistoryStreams.start(
          HistoryOptions.local(arguments[0], Integer.parseInt(arguments[1]), Path.of(arguments[2])),
          _ -> Retention.ALL,
          new HistoryListener() {
            @Override
            public void appended(int partition, Channel channel, int epoch, long seq) {
              System.out.println(channel.full() + " " + seq);
            }

            @Override
            public void moved(int partition, long position) {}

            @Override
            public void availability(int partition) {}
          });
    }
  }

  private void append(int count) {
    for (int i = 0; i < count; i++) {
      log.append(CHANNELS.get(i % CHANNELS.size()));
    }
    log.flush();
  }

  private void awaitHistory(int events) {
    Await.until(events + " events in history", () -> history.ready() && total() == events);
  }

  private long total() {
    long total = 0;
    for (Channel channel : CHANNELS) {
      try (HistoryReader.View view = view(channel)) {
        total += view.head(channel).seq();
      }
    }
    return total;
  }

  private HistoryReader.View view(Channel channel) {
    HistoryReader.View view = history.reader().open(history.reader().partitionOf(channel));
    assertNotNull(view);
    return view;
  }

  private long position(int partition) {
    HistoryReader.View view = history.reader().open(partition);
    assertNotNull(view);
    try (view) {
      return view.position();
    }
  }

  private Map<Integer, Long> logEnds() {
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", broker.bootstrap()),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions = new ArrayList<>();
      for (int i = 0; i < PARTITIONS; i++) {
        partitions.add(new TopicPartition(Topics.EVENTS, i));
      }
      Map<Integer, Long> ends = new HashMap<>();
      consumer.endOffsets(partitions).forEach((p, end) -> ends.put(p.partition(), end));
      return ends;
    }
  }

  /** Every channel's history, read in parts, is the topic's events with their chains. */
  private void assertIsTheLog() {
    Map<Channel, List<Event>> expected = new HashMap<>();
    for (Event event : log.events()) {
      expected.computeIfAbsent(event.channel(), _ -> new ArrayList<>()).add(event);
    }
    for (Channel channel : CHANNELS) {
      List<Event> events = expected.getOrDefault(channel, List.of());
      List<StoredEvent> read = new ArrayList<>();
      try (HistoryReader.View view = view(channel)) {
        HistoryReader.Run run;
        do {
          run = view.events(channel, read.size(), 1000, MUCH);
          read.addAll(run.events());
        } while (run.more());
        assertEquals(events.size(), view.head(channel).seq());
        assertEquals(events.getLast().chain(), view.head(channel).chain());
      }
      assertEquals(
          events.stream().map(e -> e.seq() + " " + e.chain()).toList(),
          read.stream().map(e -> e.seq() + " " + e.chain()).toList());
    }
  }

  private static void deleteTree(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
