package io.tailrace.sequencer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.embed.KafkaBroker;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.event.Event;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.testkit.Await;
import io.tailrace.schemas.topic.TopicAdmin;
import io.tailrace.schemas.topic.TopicPlan;
import io.tailrace.schemas.topic.Topics;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two sequencer processes share the partitions; one of them ends, and the other goes on. */
class SequencerPairIT {
  private static final int PARTITIONS = 4;
  private static final List<Channel> CHANNELS =
      IntStream.range(0, 24).mapToObj(i -> new Channel("acme", "chat", "c" + i)).toList();

  @TempDir Path folder;
  private KafkaBroker broker;
  private Admin admin;
  private OutboxLog log;
  private int rows;

  @BeforeEach
  void start() {
    broker = KafkaBroker.temporary();
    admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()));
    TopicAdmin.ensure(admin, TopicPlan.of(Contracts.shipped(), PARTITIONS, 1));
    log = new OutboxLog(broker.bootstrap());
  }

  @AfterEach
  void stop() {
    log.close();
    admin.close();
    broker.close();
  }

  private SequencerChild sequencer(String name, String... more) throws Exception {
    return SequencerChild.start(broker.bootstrap(), PARTITIONS, folder.resolve(name), more);
  }

  @Test
  void thePartitionsOfOneThatIsKilledGoOnWithTheSameNumbers() throws Exception {
    // Transactions are long, so that the kill falls into one.
    String commits = "--sequencer.commit.ms=500";
    try (SequencerChild one = sequencer("one", "--sequencer.standbys=1", commits);
        SequencerChild _ = sequencer("two", "--sequencer.standbys=1", commits)) {
      awaitShared();
      append(240);
      awaitCommitted();
      Set<Integer> lost = held("one");
      int before = log.read(Topics.EVENTS, "read_uncommitted").size();
      append(2400);
      Await.until(
          "some events that are not committed",
          () -> log.read(Topics.EVENTS, "read_uncommitted").size() > before + 100);

      one.kill();
      append(240);

      awaitCommitted();
      Await.until("the other to hold all", () -> held("two").size() == PARTITIONS);
      List<Event> events = log.events();
      assertEquals(rows, events.size());
      SequencerIT.assertGapless(events);
      assertTrue(!lost.isEmpty() && lost.size() < PARTITIONS, "partitions of the killed: " + lost);
      assertOneChainForEachSeq(log.read(Topics.EVENTS, "read_uncommitted"));
    }
  }

  /** The session is so long that nobody would be missed within this test. */
  @Test
  void oneThatIsStoppedLeavesAtOnceAndOneThatIsAloneKeepsItsPlace() throws Exception {
    String session = "--sequencer.session.ms=600000";
    try (SequencerChild one = sequencer("one", session);
        SequencerChild two = sequencer("two", session)) {
      awaitShared();
      append(240);

      one.stop();

      Await.until("the other to hold all", () -> held("two").size() == PARTITIONS);
      append(240);
      awaitCommitted();
      SequencerIT.assertGapless(log.events());

      two.stop();

      assertEquals(PARTITIONS, held("two").size());
    }
  }

  @Test
  void aSessionThatTheBrokersRefuseEndsTheProcessAndNamesBothSettings() throws Exception {
    try (SequencerChild one = sequencer("one", "--sequencer.session.ms=300")) {

      int exit = one.awaitEnd();

      assertEquals(1, exit, one::output);
      assertTrue(one.output().contains("group.min.session.timeout.ms"), one::output);
      assertTrue(one.output().contains("sequencer.session.ms"), one::output);
    }
  }

  private void awaitShared() {
    Await.until(
        "both to hold partitions",
        () ->
            !held("one").isEmpty()
                && !held("two").isEmpty()
                && held("one").size() + held("two").size() == PARTITIONS);
  }

  private void awaitCommitted() {
    Await.until("all events", () -> log.events().size() >= rows);
  }

  /** The partitions of a process, as the group's coordinator says. */
  private Set<Integer> held(String name) throws Exception {
    return admin
        .describeConsumerGroups(List.of(Topics.SEQUENCER_GROUP))
        .all()
        .get(1, TimeUnit.MINUTES)
        .values()
        .stream()
        .flatMap(group -> group.members().stream())
        .filter(member -> member.groupInstanceId().orElse("").startsWith(name + "-"))
        .flatMap(member -> member.assignment().topicPartitions().stream())
        .map(TopicPartition::partition)
        .collect(Collectors.toSet());
  }

  private void append(int count) {
    for (int i = 0; i < count; i++) {
      log.append(CHANNELS.get(i % CHANNELS.size()));
    }
    log.flush();
    rows += count;
  }

  /** Whoever reads what is not committed sees the same under every seq. */
  private static void assertOneChainForEachSeq(List<ConsumerRecord<byte[], byte[]>> uncommitted) {
    Map<String, Long> chains = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : uncommitted) {
      Event event = OutboxLog.event(record);
      String place = event.channel().full() + ' ' + event.epoch() + ' ' + event.seq();
      Long before = chains.putIfAbsent(place, event.chain());
      assertEquals(before == null ? event.chain() : before, event.chain(), place);
    }
  }
}
