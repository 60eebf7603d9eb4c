package io.tailrace.schemas.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The settings that several services have, each declared once: the same name means the same. */
public final class SharedKeys {
  /** JDBC address of PostgreSQL. */
  public static final Key<String> DATABASE_URL =
      Key.text(
          "database.url",
          null,
          "JDBC address of the PostgreSQL primary, jdbc:postgresql://HOST:PORT/DATABASE.");

  /** The service's role in PostgreSQL. */
  public static final Key<String> DATABASE_USER =
      Key.text(
          "database.user",
          null,
          "Role that owns the schema; the relay's needs REPLICATION as well.");

  /** Its password. */
  public static final Key<String> DATABASE_PASSWORD =
      Key.optionalText("database.password", "Password of that role.");

  /** Kafka's addresses. */
  public static final Key<String> KAFKA_BOOTSTRAP =
      Key.text("kafka.bootstrap", null, "Kafka's addresses, HOST:PORT separated by commas.");

  /** Number of partitions of the outbox and of the events. */
  public static final Key<Integer> KAFKA_PARTITIONS =
      Key.number("kafka.partitions", "64", "Partitions of the log, as it was made.", 1, 10_000);

  /** Replicas of topics that are made. */
  public static final Key<Integer> KAFKA_REPLICATION =
      Key.number(
          "kafka.replication", "3", "Replicas of the topics, where they are missing.", 1, 15);

  /** The tenants' keys. */
  public static final Key<Path> KEYS_FILE =
      Key.path("keys.file", null, "File with the keys that each tenant's tokens are signed with.");

  /** Contracts; empty for the shipped ones. */
  public static final Key<Optional<Path>> CONTRACTS_DIR =
      Key.optionalPath(
          "contracts.dir", "Folder with one contract per kind; empty for the shipped ones.");

  /** What services show each other. */
  public static final Key<String> SERVICE_KEY =
      Key.text("service.key", null, "Secret that the services show each other.");

  /** Web pages that may call. */
  public static final Key<List<String>> ORIGINS =
      Key.list("origins", "", "Origins of web pages that may call, beside the server's own.");

  private SharedKeys() {}
}
