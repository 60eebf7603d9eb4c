package io.tailrace.load.command;

import io.tailrace.load.driver.Target;
import io.tailrace.standalone.cli.CommandException;
import io.tailrace.standalone.launch.Installation;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which running system is meant: its data folder tells everything else. */
final class TargetOptions {
  private static final Duration TOKENS_FOR = Duration.ofDays(2);
  private static final String TENANT = "demo";

  @Option(
      names = "--data",
      defaultValue = "./data",
      description =
          "Data folder of the running system; its keys sign the tokens. Default: ${DEFAULT-VALUE}.")
  private Path data = Path.of("data");

  @Option(names = "--url", description = "Where the system is. Default: what the data folder says.")
  private @Nullable URI url;

  @Option(
      names = "--jdbc",
      description = "JDBC URL with user and password. Default: what the data folder says.")
  private @Nullable String jdbc;

  Target target() {
    return target(data, url, jdbc);
  }

  /** The system on this folder. */
  static Target target(Path data, @Nullable URI url, @Nullable String jdbc) {
    if (!Files.isDirectory(data)) {
      throw new CommandException(
          "There is no data folder "
              + data
              + ": start the system with `./tailrace up`, or give --data.");
    }
    var installation = Installation.open(data);
    var base = url != null ? url : URI.create(needed(read(data), "url", data));
    return new Target(
        base,
        base,
        base,
        TENANT,
        user -> installation.token(TENANT, user, Set.of("publisher", "admin"), null, TOKENS_FOR),
        jdbc != null ? () -> jdbc : new DatabaseAddress(() -> jdbcUrl(data)));
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
