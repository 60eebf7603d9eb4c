package io.tailrace.load.input;

import java.util.Map;

/** What a system waits for where a slow machine is not to change an answer. */
public final class Patient {
  /** Settings of the services. */
  public static final Map<String, String> SETTINGS =
      Map.of(
          "join.timeout.ms", "60000",
          "write.seq.wait.ms", "60000",
          "write.commit.wait.ms", "60000",
          "hello.wait.ms", "10000",
          "sequencer.session.ms", "30000",
          "catchup.session.ms", "30000");

  private Patient() {}
}
