package io.tailrace.write.it;

import io.tailrace.embed.KafkaBroker;
import io.tailrace.embed.PostgresServer;
import io.tailrace.schemas.topic.TopicAdmin;
import io.tailrace.schemas.topic.TopicPlan;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;

/** PostgreSQL and Kafka, started once for all tests of the JVM. */
final class Servers {
  static final int PARTITIONS = 4;

  private static final class Holder {
    static final PostgresServer POSTGRES = PostgresServer.temporary();
    static final KafkaBroker KAFKA = kafka();

    private static KafkaBroker kafka() {
      KafkaBroker broker = KafkaBroker.temporary();
      try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
        TopicAdmin.ensure(admin, new TopicPlan(PARTITIONS, (short) 1, Duration.ofDays(7)));
      }
      return broker;
    }
  }

  private Servers() {}

  static PostgresServer postgres() {
    return Holder.POSTGRES;
  }

  static KafkaBroker kafka() {
    return Holder.KAFKA;
  }

  static Connection connect() throws SQLException {
    return DriverManager.getConnection(
        postgres().jdbcUrl(), postgres().user(), postgres().password());
  }
}
