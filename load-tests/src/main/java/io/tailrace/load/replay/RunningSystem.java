package io.tailrace.load.replay;

import io.tailrace.standalone.cli.CommandException;
import io.tailrace.standalone.launch.Installation;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import java.util.Set;

/** A system that runs on a data folder, as its {@code tailrace.properties} describes it. */
final class RunningSystem {
  private static final Duration TOKEN_FOR = Duration.ofHours(12);

  private final Path data;
  private final Properties addresses = new Properties();

  /**
   * Reads where the system listens.
   *
   * @throws CommandException where none has run on the folder
   */
  RunningSystem(Path data) {
    this.data = data;
    Path file = data.resolve("tailrace.properties");
    try (Reader reader = Files.newBufferedReader(file)) {
      addresses.load(reader);
    } catch (IOException e) {
      throw new CommandException(
          "nothing runs on " + data + ": start it with ./tailrace up --data " + data, e);
    }
  }

  String url() {
    return addresses.getProperty("url");
  }

  String token(String user) {
    return Installation.open(data).token("demo", user, Set.of(), null, TOKEN_FOR);
  }

  Connection connect() throws SQLException {
    Connection connection =
        DriverManager.getConnection(
            addresses.getProperty("database.url"),
            addresses.getProperty("database.user"),
            addresses.getProperty("database.password"));
    connection.setAutoCommit(false);
    return connection;
  }
}
