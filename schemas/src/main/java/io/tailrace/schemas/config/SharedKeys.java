package io.tailrace.schemas.config;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
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
      new Key<>(
          "origins",
          "",
          "Origins of web pages that may call, beside the server's own.",
          "origins as browsers send them, such as https://app.example.com, separated by commas",
          SharedKeys::origins);

  /** Certificate of the port. */
  public static final Key<Optional<Path>> TLS_CERTIFICATE =
      Key.optionalPath(
          "tls.certificate",
          "PEM file with the port's certificate and those that lead to an authority; with tls.key"
              + " the port speaks TLS and nothing else.");

  /** Its key. */
  public static final Key<Optional<Path>> TLS_KEY =
      Key.optionalPath("tls.key", "PEM file with the private key of that certificate (PKCS#8).");

  /** Whom calls to other services trust. */
  public static final Key<Optional<Path>> TLS_CA =
      Key.optionalPath(
          "tls.ca",
          "PEM file with the authorities that calls to other services trust; empty for the JVM's.");

  /** Where spans go. */
  public static final Key<Optional<URI>> OTLP_URL =
      new Key<>(
          "otlp.url",
          "",
          "Base address of an OTLP/HTTP collector for the spans of events whose trace is sampled;"
              + " empty for none.",
          "an address such as http://collector:4318",
          SharedKeys::collector);

  private SharedKeys() {}

  private static Optional<URI> collector(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(Key.address(text));
  }

  /**
   * An origin that no browser ever sends would never match, and {@code null} would match too many.
   */
  private static List<String> origins(String text) {
    List<String> origins = Key.list("origins", "", "").parse().apply(text);
    for (String origin : origins) {
      URI uri = URI.create(origin);
      String scheme = uri.getScheme();
      boolean isDefault =
          "http".equals(scheme) && uri.getPort() == 80
              || "https".equals(scheme) && uri.getPort() == 443;
      String port = uri.getPort() < 0 || isDefault ? "" : ":" + uri.getPort();
      String sent = (scheme + "://" + uri.getHost() + port).toLowerCase(Locale.ROOT);
      if (uri.getHost() == null || !origin.equals(sent)) {
        throw new IllegalArgumentException("no origin");
      }
    }
    return origins;
  }
}
