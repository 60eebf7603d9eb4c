package io.tailrace.schemas.log;

import java.nio.file.Path;

/**
 * Chooses where log lines go; to be called before the first logger. Does nothing where the operator
 * has chosen a configuration already.
 */
public final class JsonLog {
  private static final String PROPERTY = "logback.configurationFile";

  /** Read by {@code tailrace/logback-file.xml}. */
  private static final String FILE = "tailrace.log.file";

  private JsonLog() {}

  /** A service of its own: JSON lines on standard error. */
  public static void install() {
    choose("tailrace/logback.xml");
  }

  /** A command: nothing but errors, as text for people. */
  public static void installQuiet() {
    choose("tailrace/logback-quiet.xml");
  }

  /** The whole system for one person: JSON lines in a file of bounded size, errors also as text. */
  public static void installFile(Path file) {
    System.setProperty(FILE, file.toAbsolutePath().toString());
    choose("tailrace/logback-file.xml");
  }

  private static void choose(String resource) {
    if (System.getProperty(PROPERTY) == null) {
      System.setProperty(PROPERTY, resource);
    }
  }
}
