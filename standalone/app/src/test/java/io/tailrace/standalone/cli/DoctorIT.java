package io.tailrace.standalone.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tailrace.client.Draft;
import io.tailrace.client.TailraceClient;
import io.tailrace.embed.KafkaBroker;
import io.tailrace.embed.PostgresServer;
import io.tailrace.schemas.testkit.Await;
import io.tailrace.schemas.topic.EventHeaders;
import io.tailrace.schemas.topic.Topics;
import io.tailrace.standalone.launch.Installation;
import io.tailrace.standalone.launch.Standalone;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code tailrace doctor} on a whole system, and on what is left of one. */
class DoctorIT {
  private static final int EVENTS = 20;
  private static final String CHANNEL = "chat:examined";

  @TempDir Path folder;

  /** What the command said. */
  private record Said(int code, String text, JsonNode json) {
    boolean found(String check, String what) {
      for (JsonNode finding : json.path("findings")) {
        if (finding.path("check").asText().equals(check)
            && finding.path("what").asText().contains(what)
            && !finding.path("severity").asText().equals("note")) {
          return true;
        }
      }
      return false;
    }
  }

  @Test
  void aHealthySystemPassesAndItsDeadLettersAreTold() throws Exception {
    try (Standalone system = startSystem()) {
      publish(system, EVENTS);
      Map<String, String> addresses = system.addresses();

      // What is on its way on a machine that rests for a moment is no fault: it is there soon.
      Await.until("all is well", () -> isWell(doctor(ofFolder())));
      Said well = doctor(ofFolder());
      assertEquals(
          List.of("health", "postgresql", "partitions", "slot", "topics", "lag", "reconcile"),
          new JsonMapper().convertValue(well.json().path("checks"), List.class));

      String unreadable = UUID.randomUUID().toString();
      sendUnreadable(Objects.requireNonNull(addresses.get("kafka.bootstrap")), unreadable);
      Await.until(
          "the dead letter is told",
          () -> {
            Said said = doctor(ofFolder());
            return said.code() == 1 && said.found("reconcile", unreadable);
          });
    }
    Said stopped = doctor(ofFolder());
    assertEquals(1, stopped.code());
    assertTrue(stopped.found("health", "nobody answers"), stopped.text());
    assertTrue(stopped.found("postgresql", "cannot be asked"), stopped.text());
    assertTrue(stopped.found("kafka", "does not answer"), stopped.text());
  }

  @Test
  void aRowThatNobodySequencedIsNamedAndWhatIsLaidOutWrongIsFound() throws Exception {
    try (Standalone system = startSystem()) {
      publish(system, EVENTS);
      // None of them is on its way when the system stops.
      Await.until("all have a seq", () -> isWell(doctor(ofFolder())));
    }
    try (PostgresServer postgres = PostgresServer.start(folder.resolve("postgres"), 0);
        KafkaBroker kafka = KafkaBroker.start(folder.resolve("kafka"), 0);
        Connection connection =
            DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
        Statement sql = connection.createStatement()) {
      String[] separately = {
        "--database.url=" + postgres.jdbcUrl(),
        "--database.user=" + postgres.user(),
        "--database.password=" + postgres.password(),
        "--kafka.bootstrap=" + kafka.bootstrap(),
        "--settle",
        "1s"
      };
      String unsent = insert(sql, "chat:unsent");
      String dead = insert(sql, "chat:dead");
      String unnumbered = insert(sql, "chat:unnumbered");
      send(kafka.bootstrap(), Topics.DEADLETTER, "demo/chat:dead", dead, "oversized");
      send(kafka.bootstrap(), Topics.OUTBOX, "demo/chat:unnumbered", unnumbered, "none");

      Await.until("the rows have settled", () -> doctor(separately).found("reconcile", unsent));
      Said said = doctor(separately);

      assertEquals(1, said.code());
      assertTrue(said.found("slot", "nobody reads the slot"), said.text());
      assertTrue(said.found("lag", "tailrace-sequencer"), said.text());
      assertTrue(said.found("reconcile", "row " + unsent + " of demo/chat:unsent"), said.text());
      assertTrue(said.text().contains("no relay has sent it"), said.text());
      assertTrue(said.found("reconcile", "row " + unnumbered), said.text());
      assertTrue(said.text().contains("no sequencer has numbered it"), said.text());
      assertTrue(said.found("reconcile", "dead letters since"), said.text());
      assertTrue(said.found("reconcile", dead + " of demo/chat:dead: oversized"), said.text());
      assertFalse(said.found("reconcile", "row " + dead + " of demo/chat:dead, com"), said.text());
      assertEquals(2, count(said, "has no seq"), said.text());

      spoil(kafka.bootstrap(), sql);
      Said spoilt = doctor(separately);
      assertTrue(spoilt.found("slot", "there is no replication slot tailrace_1"), spoilt.text());
      assertTrue(spoilt.found("topics", "differ in their number"), spoilt.text());
      assertTrue(spoilt.found("topics", "tailrace.events keeps records for 1 h"), spoilt.text());
      assertTrue(spoilt.found("topics", "there is no topic tailrace.signals"), spoilt.text());
      assertTrue(spoilt.found("partitions", "has no partition"), spoilt.text());
    }
  }

  @Test
  void withoutASystemOrWithWrongSettingsItSaysSo() {
    assertEquals(1, run(new StringWriter(), "doctor", "--data", folder.resolve("no").toString()));
    assertEquals(2, run(new StringWriter(), "doctor", "--kafka.bootstrap=k:9092"));
    assertEquals(2, run(new StringWriter(), "doctor", "--since", "soon"));
  }

  private static boolean isWell(Said said) {
    System.out.println(said.text());
    return said.code() == 0
        && said.json().path("ok").asBoolean()
        && said.json().path("rows").asInt() == EVENTS;
  }

  private String[] ofFolder() {
    return new String[] {"--data", folder.toString(), "--settle", "1s"};
  }

  private Standalone startSystem() {
    return Standalone.start(
        new Standalone.Options(folder, "127.0.0.1", 0, false), System.out::println);
  }

  private void publish(Standalone system, int events) {
    String token =
        Installation.open(folder).token("demo", "ann", Set.of(), null, Duration.ofHours(1));
    try (TailraceClient client =
        TailraceClient.builder("http://127.0.0.1:" + system.port()).token(() -> token).build()) {
      for (int i = 1; i <= events; i++) {
        client
            .publisher()
            .publish(
                CHANNEL,
                Draft.of("message.posted", "{\"text\":\"m" + i + "\"}"),
                UUID.randomUUID().toString(),
                true);
      }
    }
  }

  private static String insert(Statement sql, String channel) throws SQLException {
    try (ResultSet row =
        sql.executeQuery(
            "insert into tailrace.outbox (tenant, channel, type, data) values ('demo', '"
                + channel
                + "', 'message.posted', '{\"text\":\"x\"}') returning id::text")) {
      row.next();
      return row.getString(1);
    }
  }

  private static void sendUnreadable(String bootstrap, String id) throws Exception {
    send(bootstrap, Topics.OUTBOX, "demo/chat:unreadable", id, "none");
  }

  private static void send(String bootstrap, String topic, String key, String id, String reason)
      throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrap),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, bytes(key), bytes("{}"));
      record.headers().add(EventHeaders.ID, bytes(id)).add("tr_reason", bytes(reason));
      producer.send(record).get();
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Takes away or changes one of everything that is looked at. */
  private static void spoil(String bootstrap, Statement sql) throws Exception {
    sql.execute("select pg_drop_replication_slot('tailrace_1')");
    sql.execute(
        "do $$ begin execute 'drop table tailrace.outbox_'"
            + " || to_char((now() at time zone 'UTC')::date + 1, 'YYYYMMDD'); end $$");
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
      admin.createPartitions(Map.of(Topics.RECEIPTS, NewPartitions.increaseTo(7))).all().get();
      admin.deleteTopics(List.of(Topics.SIGNALS)).all().get();
      admin
          .incrementalAlterConfigs(
              Map.of(
                  new ConfigResource(ConfigResource.Type.TOPIC, Topics.EVENTS),
                  List.of(
                      new AlterConfigOp(
                          new ConfigEntry("retention.ms", "3600000"), AlterConfigOp.OpType.SET))))
          .all()
          .get();
      Await.until(
          "the broker knows",
          () ->
              !admin.listTopics().names().get().contains(Topics.SIGNALS)
                  && partitions(admin, Topics.RECEIPTS) == 7
                  && retention(admin, Topics.EVENTS).equals("3600000"));
    }
  }

  private static int partitions(Admin admin, String topic) throws Exception {
    Map<String, TopicDescription> found =
        admin.describeTopics(List.of(topic)).allTopicNames().get();
    return Objects.requireNonNull(found.get(topic)).partitions().size();
  }

  private static String retention(Admin admin, String topic) throws Exception {
    ConfigResource asked = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    Config found = admin.describeConfigs(List.of(asked)).all().get().get(asked);
    return Objects.requireNonNull(found).get("retention.ms").value();
  }

  private static int count(Said said, String words) {
    int count = 0;
    for (JsonNode finding : said.json().path("findings")) {
      if (finding.path("what").asText().contains(words)) {
        count++;
      }
    }
    return count;
  }

  private static Said doctor(String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of("doctor", "--json"));
    all.addAll(List.of(arguments));
    StringWriter output = new StringWriter();
    int code = run(output, all.toArray(String[]::new));
    return new Said(code, output.toString(), new JsonMapper().readTree(output.toString()));
  }

  private static int run(StringWriter output, String... arguments) {
    StringWriter errors = new StringWriter();
    int code =
        Tailrace.commandLine()
            .setOut(new PrintWriter(output, true))
            .setErr(new PrintWriter(errors, true))
            .execute(arguments);
    System.out.println(errors);
    return code;
  }
}
