package io.tailrace.relay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.relay.rebuild.Rebuild;
import io.tailrace.relay.slot.SlotException;
import io.tailrace.schemas.testkit.Await;
import io.tailrace.schemas.testkit.ContractFiles;
import io.tailrace.schemas.topic.Topics;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A kind with {@code log: own} has partitions to itself, and that is not changed under a log. */
class OwnLogsIT {
  private static final int CHANNELS = 40;

  @TempDir Path folder;
  private Servers servers;

  @BeforeEach
  void start() throws Exception {
    servers = new Servers();
  }

  @AfterEach
  void stop() {
    servers.close();
  }

  /** A relay's settings where this kind has its own partitions. */
  private RelayConfig own(String kind) throws Exception {
    Path contracts = ContractFiles.ownLogs(folder.resolve(kind), kind);
    return RelayConfigs.with(servers.config(), "contracts.dir", contracts.toString());
  }

  private void publish(String kind) throws Exception {
    for (int i = 0; i < CHANNELS; i++) {
      servers.publish(kind + ":" + i, "1");
    }
  }

  private Set<Integer> partitionsOf(String kind) {
    Set<Integer> found = new TreeSet<>();
    for (ConsumerRecord<byte[], byte[]> record : rows()) {
      if (new String(record.key(), UTF_8).startsWith("t/" + kind + ":")) {
        found.add(record.partition());
      }
    }
    return found;
  }

  private List<ConsumerRecord<byte[], byte[]>> rows() {
    return OutboxLog.read(servers.broker.bootstrap(), Topics.OUTBOX).records().stream()
        .filter(record -> record.key() != null)
        .toList();
  }

  private Rebuild.Outcome rebuild(RelayConfig config) throws InterruptedException {
    return RelayRebuild.run(
        config,
        1,
        new Rebuild.Progress() {
          @Override
          public void step(String line) {}

          @Override
          public void rows(long done, long all) {}
        },
        (reason, cause) -> {
          throw new AssertionError(reason, cause);
        });
  }

  @Test
  void itsRowsAreWhereNoOtherKindsAre() throws Exception {
    try (TestRelay _ = new TestRelay(own("feed"))) {
      Await.until(
          "the contracts are noted",
          () -> servers.query("select own_logs from tailrace.incarnation").equals("{feed}"));
      publish("feed");
      publish("chat");
      Await.until("all are in the log", () -> rows().size() == 2 * CHANNELS);
    }

    Set<Integer> feed = partitionsOf("feed");
    Set<Integer> chat = partitionsOf("chat");
    assertEquals(Servers.PARTITIONS / 2, feed.size());
    assertEquals(Servers.PARTITIONS - Servers.PARTITIONS / 2, chat.size());
    assertTrue(feed.stream().noneMatch(chat::contains), feed + " " + chat);
  }

  @Test
  void underOtherContractsTheLogIsNotGoneOnWith() throws Exception {
    try (TestRelay _ = new TestRelay(servers.config())) {
      publish("chat");
      Await.until("all are in the log", () -> rows().size() == CHANNELS);
    }
    RelayConfig other = own("chat");

    try (TestRelay relay = new TestRelay(other)) {
      String reason = relay.halted.get(3, TimeUnit.MINUTES);
      assertTrue(reason.contains("log: own for chat"), reason);
      assertTrue(reason.contains("begun with none"), reason);
      assertTrue(reason.contains("delete the topics"), reason);
    }
    SlotException refusal = assertThrows(SlotException.class, () -> rebuild(other));
    assertTrue(String.valueOf(refusal.getMessage()).contains("log: own for chat"));
    assertEquals("1", servers.query("select max(number) from tailrace.incarnation"));
    assertEquals(CHANNELS, rows().size());
  }

  @Test
  void aLogThatIsMadeAnewHasThem() throws Exception {
    try (TestRelay _ = new TestRelay(servers.config())) {
      publish("chat");
      publish("feed");
      Await.until("all are in the log", () -> rows().size() == 2 * CHANNELS);
    }
    servers.loseTopics();

    Rebuild.Outcome outcome = rebuild(own("chat"));

    assertEquals(2, outcome.number());
    Set<Integer> chat = partitionsOf("chat");
    assertTrue(partitionsOf("feed").stream().noneMatch(chat::contains));
    assertEquals(2 * CHANNELS, rows().size());
    assertEquals(
        "{chat}", servers.query("select own_logs from tailrace.incarnation where number = 2"));
    try (TestRelay relay = new TestRelay(servers.config())) {
      String reason = relay.halted.get(3, TimeUnit.MINUTES);
      assertTrue(reason.contains("log: own for none"), reason);
    }
    try (TestRelay _ = new TestRelay(own("chat"))) {
      publish("chat");
      Await.until("it goes on", () -> rows().size() == 3 * CHANNELS);
    }
    assertEquals(chat, partitionsOf("chat"));
  }
}
