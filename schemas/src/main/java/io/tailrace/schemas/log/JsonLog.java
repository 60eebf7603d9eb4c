package io.tailrace.schemas.log;

/** Chooses the JSON lines of {@code tailrace/logback.xml}; to be called before the first logger. */
public final class JsonLog {
  private static final String PROPERTY = "logback.configurationFile";

  private JsonLog() {}

  /** Does nothing where the operator has chosen a configuration already. */
  public static void install() {
    if (System.getProperty(PROPERTY) == null) {
      System.setProperty(PROPERTY, "tailrace/logback.xml");
    }
  }
}
