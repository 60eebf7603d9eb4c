package io.tailrace.sequencer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.abort;

import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.testkit.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.ContainerFetchException;
import org.testcontainers.images.RemoteDockerImage;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/** The sequencer on the public Kafka image, whose settings and network are not ours. */
class KafkaImageIT {
  private static final DockerImageName IMAGE = DockerImageName.parse("apache/kafka:4.3.1");
  private static final int PARTITIONS = 4;
  private static final List<Channel> CHANNELS =
      List.of(new Channel("acme", "chat", "a"), new Channel("acme", "chat", "b"));

  @TempDir Path folder;
  private static final KafkaContainer KAFKA = new KafkaContainer(IMAGE);

  @BeforeAll
  static void start() {
    if (!DockerClientFactory.instance().isDockerAvailable()) {
      skip("no Docker engine answers");
    }
    try {
      new RemoteDockerImage(IMAGE).get();
    } catch (ContainerFetchException e) {
      skip("the image " + IMAGE + " cannot be had: " + e.getMessage());
    }
    // As docs/running.md asks of brokers.
    KAFKA
        .withEnv("KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS", "1000")
        .withEnv("KAFKA_TRANSACTION_ABORT_TIMED_OUT_TRANSACTION_CLEANUP_INTERVAL_MS", "500")
        .withEnv("KAFKA_ADD_PARTITIONS_TO_TXN_RETRY_BACKOFF_MS", "1")
        .start();
  }

  private static void skip(String why) {
    System.out.println("KafkaImageIT is skipped: " + why);
    abort(why);
  }

  @AfterAll
  static void stop() {
    KAFKA.close();
  }

  @Test
  void numbersWithoutGapAlsoAfterItsStateIsLost() throws IOException {
    try (var log = new OutboxLog(KAFKA.getBootstrapServers())) {
      try (var sequencer = sequencer()) {
        Await.until("the sequencer is ready", sequencer::ready);
        append(log, 50);
        awaitEvents(log, 50);
      }
      SequencerIT.deleteTree(folder.resolve("state"));
      try (var _ = sequencer()) {
        for (long n = 1; n <= 50; n++) {
          log.repeat(CHANNELS.get((int) (n % 2)), n);
        }
        append(log, 30);

        awaitEvents(log, 80);

        var events = log.events();
        SequencerIT.assertGapless(events);
        assertEquals(80, events.size());
        var ids = new HashSet<String>();
        events.forEach(event -> ids.add(event.envelope().id()));
        assertEquals(80, ids.size());
      }
    }
  }

  private SequencerService sequencer() {
    return SequencerService.start(
        SequencerConfig.local(KAFKA.getBootstrapServers(), PARTITIONS, folder.resolve("state")));
  }

  private long appended;

  private void append(OutboxLog log, int count) {
    for (int i = 0; i < count; i++) {
      appended++;
      assertEquals(appended, log.append(CHANNELS.get((int) (appended % 2))));
    }
    log.flush();
  }

  private static void awaitEvents(OutboxLog log, int count) {
    Await.until(count + " events", () -> log.events().size() >= count);
  }
}
