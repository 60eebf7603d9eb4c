package io.tailrace.standalone.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Wrong use is told before anything is sent. */
class ServerCommandsTest {
  private final StringWriter errors = new StringWriter();

  @Test
  void aMissingTokenIsNamed() {
    assertEquals(2, run(new HistoryCommand(), "chat:lobby", "--token", ""));
    assertTrue(errors.toString().contains("TAILRACE_TOKEN"));
  }

  @Test
  void aWrongAddressIsNamed() {
    assertEquals(2, run(new HistoryCommand(), "chat:lobby", "--token", "t", "--url", "nowhere"));
    assertTrue(errors.toString().contains("--url"));
  }

  @Test
  void dataThatIsNoJsonIsRefusedHere() {
    for (String data : new String[] {"{", "", "1,\"id\":2", "{} {}"}) {
      assertEquals(2, run(new PublishCommand(), "chat:lobby", "t", data, "--token", "t"), data);
    }
  }

  @Test
  void aSettingThatNoServiceHasOrThatFollowsFromTheFolderIsRefused() {
    for (String name : new String[] {"queue.bytes", "database.url", "state.dir"}) {
      assertEquals(2, run(new UpCommand(), "--data", "never-made", "--set", name + "=1"), name);
      assertTrue(errors.toString().contains(name), name);
    }
  }

  @Test
  void negativeBoundsAreRefused() {
    assertEquals(2, run(new TailCommand(), "chat:lobby", "--after", "-1", "--token", "t"));
    assertEquals(2, run(new HistoryCommand(), "chat:lobby", "--limit", "0", "--token", "t"));
  }

  private int run(Callable<Integer> command, String... arguments) {
    return new CommandLine(command).setErr(new PrintWriter(errors, true)).execute(arguments);
  }
}
