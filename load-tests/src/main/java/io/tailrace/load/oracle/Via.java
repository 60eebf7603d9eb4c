package io.tailrace.load.oracle;

/**
 * The way on which a witness got an event; it is named in counterexamples because it tells whose
 * fault to look for first.
 */
public enum Via {
  LIVE("live"),
  REPLAY("replay"),
  CATCH_UP("catch-up"),
  HISTORY("history"),
  PAGE("page"),
  STREAM("stream"),
  SNAPSHOT("snapshot"),
  LONG_POLL("long poll"),
  JAVA_CLIENT("Java client"),
  JS_CLIENT("JavaScript client");

  private final String words;

  Via(String words) {
    this.words = words;
  }

  @Override
  public String toString() {
    return words;
  }
}
