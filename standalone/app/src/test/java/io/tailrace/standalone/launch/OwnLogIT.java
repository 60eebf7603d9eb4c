package io.tailrace.standalone.launch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.client.ChannelEvent;
import io.tailrace.client.ChannelListener;
import io.tailrace.client.Draft;
import io.tailrace.client.EventQuery;
import io.tailrace.client.Published;
import io.tailrace.client.TailraceClient;
import io.tailrace.schemas.testkit.Await;
import io.tailrace.schemas.testkit.ContractFiles;
import io.tailrace.schemas.topic.Topics;
import io.tailrace.standalone.cli.Tailrace;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A kind with {@code log: own} on the whole way, and how an installation comes to have one. */
class OwnLogIT {
  private static final Duration LONGEST = Duration.ofMinutes(5);
  private static final int CHANNELS = 12;

  @TempDir Path folder;
  @TempDir Path contracts;

  private Map<String, String> settings() throws Exception {
    return Map.of("contracts.dir", ContractFiles.ownLogs(contracts, "chat").toString());
  }

  private Standalone start(Map<String, String> settings) {
    return Standalone.start(
        new Standalone.Options(folder, "127.0.0.1", 0, false, settings), System.out::println);
  }

  private TailraceClient client(Standalone system) {
    String token =
        Installation.open(folder).token("demo", "ann", Set.of(), null, Duration.ofHours(1));
    return TailraceClient.builder("http://127.0.0.1:" + system.port())
        .token(() -> token)
        .backoff(50, 1000)
        .build();
  }

  private static Published publish(TailraceClient client, String kind, int channel, String key) {
    Draft draft =
        kind.equals("chat")
            ? Draft.of("message.posted", "{\"text\":\"x\"}")
            : Draft.of("title.set", "{\"title\":\"x\"}");
    return client.publisher().publish(kind + ":own-" + channel, draft, key, true);
  }

  /** By kind, the partitions of a topic that have records of it. */
  private Map<String, Set<Integer>> places(String bootstrap, String topic) {
    Map<String, Set<Integer>> places = new HashMap<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrap),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> all =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      consumer.assign(all);
      consumer.seekToBeginning(all);
      Map<TopicPartition, Long> ends = consumer.endOffsets(all);
      while (all.stream()
          .anyMatch(at -> consumer.position(at) < Objects.requireNonNull(ends.get(at)))) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
          if (record.key() != null) {
            String key = new String(record.key(), UTF_8);
            String kind = key.substring(key.indexOf('/') + 1, key.indexOf(':'));
            places.computeIfAbsent(kind, _ -> new TreeSet<>()).add(record.partition());
          }
        }
      }
    }
    return places;
  }

  private int rebuild(StringWriter output, String... more) {
    PrintWriter told = new PrintWriter(output, true);
    String[] arguments =
        Stream.concat(Stream.of("rebuild", "--data", folder.toString()), Stream.of(more))
            .toArray(String[]::new);
    return Tailrace.commandLine().setOut(told).setErr(told).execute(arguments);
  }

  private void delete(String part) throws Exception {
    try (Stream<Path> files = Files.walk(folder.resolve(part))) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Test
  void aKindIsAloneInItsPartitionsOnTheWholeWay() throws Exception {
    Map<String, String> own = settings();
    Published first;
    try (Standalone system = start(own);
        TailraceClient client = client(system)) {
      Kept kept = new Kept();
      for (int i = 0; i < CHANNELS; i++) {
        client.subscribe("chat:own-" + i, 0, kept);
        client.subscribe("doc:own-" + i, 0, kept);
      }
      first = publish(client, "chat", 0, "first");
      assertEquals(1L, first.seq());
      for (int i = 1; i < CHANNELS; i++) {
        assertEquals(1L, publish(client, "chat", i, "c" + i).seq());
        assertEquals(1L, publish(client, "doc", i, "d" + i).seq());
      }
      Await.until("all are seen live", LONGEST, () -> kept.events.size() == 2 * CHANNELS - 1);
      for (int i = 1; i < CHANNELS; i++) {
        for (String channel : List.of("chat:own-" + i, "doc:own-" + i)) {
          assertEquals(
              1, client.history().events(channel, new EventQuery(0, 10, 1, 1, 0)).events().size());
        }
        client.read("chat:own-" + i, 1);
      }
      Await.until("they are read", LONGEST, () -> read(client) == CHANNELS - 1);
      String bootstrap = Objects.requireNonNull(system.addresses().get("kafka.bootstrap"));
      for (String topic : List.of(Topics.OUTBOX, Topics.EVENTS)) {
        assertEquals(
            Map.of("chat", Set.of(2, 3), "doc", Set.of(0, 1)), places(bootstrap, topic), topic);
      }
      assertEquals(Map.of("chat", Set.of(2, 3)), places(bootstrap, Topics.RECEIPTS));
    }
    try (Standalone system = start(own);
        TailraceClient client = client(system)) {
      // Nobody has followed the log since then: it is looked for where the channel is.
      Published again = publish(client, "chat", 0, "first");
      assertTrue(again.replayed());
      assertEquals(first.id(), again.id());
      assertEquals(1L, again.seq());
    }
  }

  private static long read(TailraceClient client) {
    return client.history().myChannels().stream().filter(at -> at.read() == 1).count();
  }

  @Test
  void anInstallationIsGivenOneByMakingItsLogAnew() throws Exception {
    try (Standalone system = start(Map.of());
        TailraceClient client = client(system)) {
      for (int i = 0; i < CHANNELS; i++) {
        assertNotNull(publish(client, "chat", i, "c" + i).seq());
        assertNotNull(publish(client, "doc", i, "d" + i).seq());
      }
    }
    Map<String, String> own = settings();
    String[] with = {"--set", "contracts.dir=" + contracts};
    StringWriter refused = new StringWriter();
    assertEquals(1, rebuild(refused, with));
    assertTrue(refused.toString().contains("log: own for chat"), refused.toString());
    delete("kafka");
    delete("sequencer");

    assertEquals(0, rebuild(new StringWriter(), with));

    try (Standalone system = start(own);
        TailraceClient client = client(system)) {
      for (int i = 0; i < CHANNELS; i++) {
        String channel = "chat:own-" + i;
        Await.until("it is read in the new epoch", LONGEST, () -> head(client, channel) == 1);
        Published next = publish(client, "chat", i, "next" + i);
        assertEquals(2, next.epoch());
        assertEquals(2L, next.seq());
      }
      Map<String, Set<Integer>> places =
          places(Objects.requireNonNull(system.addresses().get("kafka.bootstrap")), Topics.EVENTS);
      assertEquals(Map.of("chat", Set.of(2, 3), "doc", Set.of(0, 1)), places);
    }
  }

  private static long head(TailraceClient client, String channel) {
    return client.history().channel(channel).head();
  }

  private static final class Kept implements ChannelListener {
    private final List<ChannelEvent> events = new CopyOnWriteArrayList<>();

    @Override
    public void onEvent(ChannelEvent event) {
      events.add(event);
    }
  }
}
