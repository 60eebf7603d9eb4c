package io.tailrace.load.target;

import io.tailrace.standalone.cli.CommandException;
import io.tailrace.standalone.launch.Installation;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A system that runs on a data folder, as its {@code tailrace.properties} describes it. */
public final class RunningSystem {
  /** The tenant of every command. */
  public static final String TENANT = "demo";

  private static final Duration TOKENS_FOR = Duration.ofDays(2);

  private final Path data;
  private final Installation installation;
  private final @Nullable URI url;
  private final Supplier<String> jdbc;

  /**
   * Reads where the system listens.
   *
   * @param url where it is instead
   * @param jdbc where its database is instead, with user and password
   * @throws CommandException where none has run on the folder
   */
  public RunningSystem(Path data, @Nullable URI url, @Nullable String jdbc) {
    if (!Files.isDirectory(data)) {
      throw new CommandException(
          "There is no data folder "
              + data
              + ": start the system with `./tailrace up`, or give --data.");
    }
    this.data = data;
    this.url = url;
    this.installation = Installation.open(data);
    this.jdbc = jdbc != null ? () -> jdbc : new DatabaseAddress(() -> jdbcUrl(data));
  }

  /** Where it is reached. */
  public URI url() {
    return url != null ? url : URI.create(needed(read(data), "url", data));
  }

  /** A token without roles, as a user of the product has one. */
  public String token(String user) {
    return installation.token(TENANT, user, Set.of(), null, TOKENS_FOR);
  }

  /** A token of a server, whose writes count against the limits of its tenant alone. */
  public String publisher(String tenant, String user) {
    return installation.token(tenant, user, Set.of("publisher"), null, TOKENS_FOR);
  }

  /** For drivers, whose users may do everything. */
  public Target target() {
    var base = url();
    return new Target(
        base,
        List.of(base),
        List.of(base),
        TENANT,
        user -> installation.token(TENANT, user, Set.of("publisher", "admin"), null, TOKENS_FOR),
        this::token,
        jdbc);
  }

  /** A connection to its database. */
  public Connection connect() throws SQLException {
    return DriverManager.getConnection(jdbc.get());
  }

  /**
   * {@code tailrace.publish} asks which tenant a database role publishes for.
   *
   * @throws CommandException if the role of this connection may not for the tenant of the commands
   */
  public static void checkMayPublish(Connection connection) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement(
            "select current_user, exists (select from tailrace.tenant_role where role ="
                + " current_user and tenant = ?)")) {
      query.setString(1, TENANT);
      try (ResultSet row = query.executeQuery()) {
        row.next();
        if (!row.getBoolean(2)) {
          throw new CommandException(
              ("The database role %s does not publish for the tenant %s: start the system with its"
                      + " demo, or insert into tailrace.tenant_role (role, tenant) values ('%s',"
                      + " '%s')")
                  .formatted(row.getString(1), TENANT, row.getString(1), TENANT));
        }
      }
    }
  }

  /** Process of its own PostgreSQL; 0 where it has none in its folder. */
  public long postmaster() {
    Path file = data.resolve("postgres/data/postmaster.pid");
    try {
      return Files.exists(file) ? Long.parseLong(Files.readAllLines(file).getFirst().trim()) : 0;
    } catch (IOException e) {
      throw new CommandException(file + " cannot be read", e);
    }
  }

  private static String jdbcUrl(Path data) {
    var properties = read(data);
    return "%s?user=%s&password=%s"
        .formatted(
            needed(properties, "database.url", data),
            encoded(needed(properties, "database.user", data)),
            encoded(needed(properties, "database.password", data)));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static Properties read(Path data) {
    var properties = new Properties();
    try (var reader = Files.newBufferedReader(data.resolve("tailrace.properties"))) {
      properties.load(reader);
    } catch (IOException e) {
      throw new CommandException(
          "No system runs on "
              + data
              + " (tailrace.properties is missing): start it with `./tailrace up`.",
          e);
    }
    return properties;
  }

  private static String needed(Properties properties, String key, Path data) {
    var value = properties.getProperty(key);
    if (value == null) {
      throw new CommandException(data.resolve("tailrace.properties") + " has no " + key);
    }
    return value;
  }
}
