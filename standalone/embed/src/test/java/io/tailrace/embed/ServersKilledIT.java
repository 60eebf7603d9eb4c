package io.tailrace.embed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The JVM dies by kill -9: the PostgreSQL that it leaves running is found, and nothing written is
 * lost.
 */
class ServersKilledIT {
  @TempDir Path folder;

  @Test
  void theNextStartTakesOverWhatAKilledProcessLeft() throws Exception {
    Process victim = startVictim();
    PostgresAddress first = PostgresAddress.find(folder.resolve("postgres"));
    Sql.run(first, "create table t(n int)", "insert into t values (42)");
    assertThrows(EmbedException.class, () -> PostgresServer.start(folder.resolve("postgres"), 0));

    victim.destroyForcibly().waitFor();
    PostmasterFile orphan = PostmasterFile.read(folder.resolve("postgres/data"));
    assertNotNull(orphan);
    assertTrue(orphan.alive(), "the server outlives the JVM; else this test tests nothing");

    long began = System.nanoTime();
    try (PostgresServer postgres = PostgresServer.start(folder.resolve("postgres"), 0)) {
      System.out.printf("postgres took over in %d ms%n", (System.nanoTime() - began) / 1_000_000);
      assertFalse(orphan.servesFolder(folder.resolve("postgres/data")));
      assertEquals("42", Sql.ask(postgres.address(), "select n from t"));
    }
    began = System.nanoTime();
    try (KafkaBroker kafka = KafkaBroker.start(folder.resolve("kafka"), 0)) {
      System.out.printf("kafka took over in %d ms%n", (System.nanoTime() - began) / 1_000_000);
      assertTrue(kafka.port() > 0);
    }
  }

  private Process startVictim() throws IOException {
    Process victim =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "--sun-misc-unsafe-memory-access=allow",
                    "-cp",
                    System.getProperty("java.class.path"),
                    ServersMain.class.getName(),
                    folder.toString()))
            .redirectErrorStream(true)
            .start();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(victim.getInputStream(), StandardCharsets.UTF_8));
    String line = "";
    while (line != null && !line.startsWith("UP ")) {
      line = out.readLine();
    }
    assertNotNull(line, "the process ended before its servers were up");
    Thread.ofVirtual().start(() -> out.lines().forEach(_ -> {})); // or the pipe would fill
    return victim;
  }
}
