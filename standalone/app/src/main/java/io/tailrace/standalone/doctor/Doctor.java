package io.tailrace.standalone.doctor;

import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.topic.Topics;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/** Looks at a running installation, in the order of an event's way. Changes nothing. */
public final class Doctor {
  private static final long RECORDS_MAX = 5_000_000;
  private static final String SECONDS_MAX = "10";
  private static final String STATEMENT_MS_MAX = "120000";

  private final DoctorConfig config;
  private final InstantSource clock;
  private final Report report = new Report();

  private Doctor(DoctorConfig config, InstantSource clock) {
    this.config = config;
    this.clock = clock;
  }

  /**
   * Looks. Blocks until it is done: seconds, or with a long window as long as it takes to read the
   * log of that time.
   */
  public static Report examine(DoctorConfig config, InstantSource clock)
      throws InterruptedException {
    return new Doctor(config, clock).examine();
  }

  private Report examine() throws InterruptedException {
    new HealthCheck(report).run(config);
    try (Connection connection = connect()) {
      int epoch = database(connection);
      Set<String> present = kafka();
      if (epoch > 0 && present.contains(Topics.EVENTS) && present.contains(Topics.OUTBOX)) {
        reconcile(connection, epoch);
      }
    } catch (SQLException e) {
      report.looked("postgresql");
      unasked(e);
      kafka();
    }
    return report;
  }

  private int database(Connection connection) {
    try {
      return new DatabaseCheck(report, connection).run();
    } catch (SQLException e) {
      unasked(e);
      return 0;
    }
  }

  private Set<String> kafka() throws InterruptedException {
    try (Admin admin =
        Admin.create(
            Map.of(
                "bootstrap.servers",
                config.kafkaBootstrap(),
                "client.id",
                "tailrace-doctor",
                "default.api.timeout.ms",
                "10000",
                "request.timeout.ms",
                "5000"))) {
      Contracts contracts = Contracts.shippedOr(config.contractsDir().orElse(null));
      Set<String> present = new KafkaCheck(report, admin).run(contracts);
      GroupsCheck groups = new GroupsCheck(report, admin);
      if (present.contains(Topics.OUTBOX)) {
        groups.sequencer();
      }
      if (present.contains(Topics.EVENTS)) {
        for (String group : config.catchupGroups()) {
          groups.catchup(group);
        }
      }
      return present;
    } catch (KafkaException | ExecutionException | TimeoutException e) {
      lost(e);
      return Set.of();
    }
  }

  private void reconcile(Connection connection, int epoch) {
    try {
      new Reconciliation(report, new TopicScan(config.kafkaBootstrap(), RECORDS_MAX))
          .run(connection, epoch, config.window(), clock.instant());
    } catch (KafkaException e) {
      lost(e);
    } catch (SQLException e) {
      unasked(e);
    }
  }

  private void unasked(SQLException e) {
    report.error(
        "postgresql",
        "PostgreSQL at " + config.databaseUrl() + " cannot be asked: " + e.getMessage(),
        "if it is away, writes are refused and nothing is sent; else the role lacks a right, or the"
            + " schema a migration",
        Runbook.POSTGRESQL);
  }

  private void lost(Exception e) {
    @Nullable Throwable cause = e instanceof ExecutionException ? e.getCause() : null;
    report.error(
        "kafka",
        "Kafka at "
            + config.kafkaBootstrap()
            + " does not answer"
            + (cause == null ? "" : ": " + cause.getMessage()),
        "what is committed waits in PostgreSQL; nothing arrives live",
        Runbook.KAFKA);
  }

  private Connection connect() throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", config.databaseUser());
    properties.setProperty("password", config.databasePassword());
    properties.setProperty("ApplicationName", "tailrace-doctor");
    properties.setProperty("connectTimeout", SECONDS_MAX);
    properties.setProperty("readOnly", "true");
    properties.setProperty("options", "-c statement_timeout=" + STATEMENT_MS_MAX);
    return DriverManager.getConnection(config.databaseUrl(), properties);
  }
}
