package io.tailrace.embed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where a PostgreSQL listens and who may enter: all that a client of it needs. */
public record PostgresAddress(
    String host, int port, String database, String user, String password) {
  static final String PASSWORD_FILE = "password";
  static final String USER = "postgres";
  static final String DATABASE = "postgres";

  /** Without user and password, which stay out of logs this way. */
  public String jdbcUrl() {
    return "jdbc:postgresql://" + host + ":" + port + "/" + database;
  }

  @Override
  public String toString() {
    return jdbcUrl();
  }

  /**
   * The server that runs on this folder now, started by whichever process.
   *
   * @throws EmbedException when none runs there
   */
  public static PostgresAddress find(Path folder) {
    Path data = PostgresServer.dataOf(folder);
    PostmasterFile file = PostmasterFile.read(data);
    if (file == null || file.port() == 0 || !file.alive()) {
      throw new EmbedException("No PostgreSQL runs on " + folder + ": start it first.");
    }
    return new PostgresAddress("127.0.0.1", file.port(), DATABASE, USER, readPassword(folder));
  }

  static String readPassword(Path folder) {
    try {
      return Files.readString(folder.resolve(PASSWORD_FILE)).strip();
    } catch (IOException e) {
      throw new EmbedException(
          "The password of the PostgreSQL on " + folder + " cannot be read: " + e, e);
    }
  }
}
