package io.tailrace.relay;

import io.tailrace.embed.KafkaBroker;
import io.tailrace.embed.PostgresServer;
import io.tailrace.relay.slot.SlotName;
import io.tailrace.relay.slot.SlotSetup;
import io.tailrace.schemas.testkit.Await;
import io.tailrace.schemas.testkit.Migrations;
import io.tailrace.schemas.topic.TopicAdmin;
import io.tailrace.schemas.topic.TopicPlan;
import io.tailrace.schemas.topic.Topics;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;

/** A PostgreSQL with schema and slot, and a Kafka with topics, both fresh. */
final class Servers implements AutoCloseable {
  static final int PARTITIONS = 4;

  final PostgresServer postgres;
  final KafkaBroker broker;

  Servers() throws SQLException {
    this(Map.of());
  }

  Servers(Map<String, String> postgresSettings) throws SQLException {
    this(PostgresServer.temporary(postgresSettings), KafkaBroker.temporary());
    prepare();
  }

  /** Servers that run already; closed with this. */
  Servers(PostgresServer postgres, KafkaBroker broker) {
    this.postgres = postgres;
    this.broker = broker;
  }

  /** Makes schema, slot and topics. */
  void prepare() throws SQLException {
    try (Connection connection = connect()) {
      Migrations.apply(connection);
      SlotSetup.create(connection, new SlotName(1), false);
    }
    try (Admin admin = admin()) {
      TopicAdmin.ensure(admin, new TopicPlan(PARTITIONS, (short) 1, Duration.ofDays(1)));
    }
  }

  /** Makes the schema alone. */
  void prepareSchema() throws SQLException {
    try (Connection connection = connect()) {
      Migrations.apply(connection);
    }
  }

  /** Deletes the log and makes it anew, empty. */
  void loseTopics() throws Exception {
    try (Admin admin = admin()) {
      admin.deleteTopics(List.of(Topics.OUTBOX, Topics.EVENTS)).all().get();
      Await.until(
          "the topics are gone", () -> !admin.listTopics().names().get().contains(Topics.OUTBOX));
      TopicAdmin.ensure(admin, new TopicPlan(PARTITIONS, (short) 1, Duration.ofDays(1)));
    }
  }

  Connection connect() throws SQLException {
    return DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
  }

  Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", broker.bootstrap()));
  }

  RelayConfig config() {
    return RelayConfig.at(
        postgres.jdbcUrl(), postgres.user(), postgres.password(), broker.bootstrap());
  }

  void execute(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  String query(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return String.valueOf(row.getString(1));
    }
  }

  /** One event of its own transaction. */
  void publish(String channel, String data) throws SQLException {
    try (Connection connection = connect()) {
      insert(connection, channel, data);
    }
  }

  /** One row, in the connection's transaction; returns its id. */
  static String insert(Connection connection, String channel, String data) throws SQLException {
    try (var insert =
        connection.prepareStatement(
            "insert into tailrace.outbox (tenant, channel, type, data)"
                + " values ('t', ?, 'x', ?::json) returning id::text")) {
      insert.setString(1, channel);
      insert.setString(2, data);
      try (ResultSet row = insert.executeQuery()) {
        row.next();
        return row.getString(1);
      }
    }
  }

  @Override
  public void close() {
    broker.close();
    postgres.close();
  }
}
