package io.tailrace.load.field;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.load.driver.RawSocket;
import io.tailrace.load.target.RunningSystem;
import io.tailrace.schemas.testkit.Await;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code tailrace up}, as somebody at a terminal runs it. */
class UpIT {
  private static final Duration START = Duration.ofMinutes(3);
  private static final int WAIT_MS = 60_000;

  @TempDir Path folder;

  @Test
  void whenAskedToStopItTellsClientsToMoveAndEndsWithZero() throws Exception {
    var data = folder.resolve("data");
    var up =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "io.tailrace.standalone.cli.Tailrace",
                "up",
                "--data",
                data.toString(),
                "--port",
                "0")
            .redirectErrorStream(true)
            .redirectOutput(Redirect.to(folder.resolve("up.log").toFile()))
            .start();
    try {
      Await.until("it is ready", START, () -> isUp(data) || !up.isAlive());
      assertTrue(up.isAlive(), () -> said(folder.resolve("up.log")));
      var system = new RunningSystem(data, null, null);
      try (var socket = RawSocket.open(system.url())) {
        socket.receiveTimeout(WAIT_MS);
        socket.sendText(
            "{\"t\":\"hello\",\"ref\":1,\"token\":\"%s\",\"version\":1}"
                .formatted(system.token("ann")));
        await(socket, "welcome");

        // As Ctrl-C, which a shell lets processes in the background ignore.
        up.destroy();

        await(socket, "drain");
      }
      assertTrue(up.waitFor(2, TimeUnit.MINUTES));
      assertEquals(0, up.exitValue(), () -> said(folder.resolve("up.log")));
    } finally {
      up.destroyForcibly().waitFor();
    }
  }

  private static boolean isUp(Path data) throws IOException {
    var properties = data.resolve("tailrace.properties");
    return Files.exists(properties) && Files.readString(properties).contains("\nurl=");
  }

  private static void await(RawSocket socket, String name) throws IOException {
    while (true) {
      var frame = socket.receive();
      if (frame.opcode() == RawSocket.TEXT
          && new String(frame.payload(), StandardCharsets.UTF_8)
              .startsWith("{\"t\":\"" + name + "\"")) {
        return;
      }
    }
  }

  private static String said(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
