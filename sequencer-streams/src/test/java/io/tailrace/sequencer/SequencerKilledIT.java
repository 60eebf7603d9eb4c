package io.tailrace.sequencer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.embed.KafkaBroker;
import io.tailrace.schemas.event.Event;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.testkit.Await;
import io.tailrace.schemas.topic.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A sequencer process is killed, again and again, in the middle of its transactions. The committed
 * events are gapless, and whoever read the uncommitted ones saw the same.
 */
class SequencerKilledIT {
  private static final int PARTITIONS = 2;
  private static final int KILLS = 4;

  /** Commits of some processes, which have committed something by the time they are killed. */
  private static final Duration SHORT = Duration.ofSeconds(1);

  /** Of the others, which are killed in their first transaction, however late that is. */
  private static final Duration UNENDED = Duration.ofMinutes(2);

  private static final List<Channel> CHANNELS =
      IntStream.range(0, 20).mapToObj(i -> new Channel("acme", "chat", "c" + i)).toList();

  @TempDir Path folder;

  @Test
  void isGaplessAndTheSameAfterEveryKill() throws Exception {
    try (KafkaBroker broker = KafkaBroker.temporary();
        OutboxLog log = prepared(broker)) {
      int rows = 0;
      for (int kill = 0; kill < KILLS; kill++) {
        Process process = spawn(broker, kill % 2 == 0 ? SHORT : UNENDED);
        try {
          int before = log.read(Topics.EVENTS, "read_uncommitted").size();
          rows += append(log, 2000);
          Await.until(
              "some uncommitted events of process " + kill,
              () -> log.read(Topics.EVENTS, "read_uncommitted").size() > before + 100);
        } finally {
          process.destroyForcibly();
          process.waitFor();
        }
      }
      int all = rows;
      try (SequencerService _ = SequencerService.start(config(broker))) {
        Await.until("all events", () -> log.events().size() >= all);
      }
      List<Event> committed = log.events();
      assertEquals(all, committed.size());
      SequencerIT.assertGapless(committed);
      assertSameInBoth(log.read(Topics.EVENTS, "read_uncommitted"));
    }
  }

  private static void assertSameInBoth(List<ConsumerRecord<byte[], byte[]>> uncommitted) {
    Map<String, Long> chains = new HashMap<>();
    int again = 0;
    for (ConsumerRecord<byte[], byte[]> record : uncommitted) {
      Event event = OutboxLog.event(record);
      String place = event.channel().full() + ' ' + event.epoch() + ' ' + event.seq();
      Long before = chains.putIfAbsent(place, event.chain());
      if (before != null) {
        assertEquals(before, event.chain(), place);
        again++;
      }
    }
    // Otherwise no transaction was cut and the test has shown nothing.
    assertTrue(again > 0, "no record was emitted twice");
  }

  private int append(OutboxLog log, int count) {
    for (int i = 0; i < count; i++) {
      log.append(CHANNELS.get(i % CHANNELS.size()));
    }
    log.flush();
    return count;
  }

  /** With the topics made by a sequencer that has stopped again. */
  private OutboxLog prepared(KafkaBroker broker) {
    try (SequencerService sequencer = SequencerService.start(config(broker))) {
      Await.until("a running sequencer", sequencer::ready);
    }
    return new OutboxLog(broker.bootstrap());
  }

  private SequencerConfig config(KafkaBroker broker) {
    return SequencerConfig.local(broker.bootstrap(), PARTITIONS, folder.resolve("state"));
  }

  private Process spawn(KafkaBroker broker, Duration commits) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            SequencerProcess.class.getName(),
            broker.bootstrap(),
            folder.resolve("state").toString(),
            commits.toString())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** Entry of the process that is killed. */
  static final class SequencerProcess {
    private SequencerProcess() {}

    public static void main(String[] arguments) {
      SequencerConfig local =
          SequencerConfig.local(arguments[0], PARTITIONS, Path.of(arguments[1]));
      SequencerService.start(
          new SequencerConfig(
              local.bootstrap(),
              local.partitions(),
              local.replication(),
              local.stateDir(),
              local.instance(),
              local.threads(),
              local.standbys(),
              Duration.parse(arguments[2]),
              local.session(),
              null,
              local.otlp()));
    }
  }
}
