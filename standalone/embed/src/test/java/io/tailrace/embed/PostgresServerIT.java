package io.tailrace.embed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresServerIT {
  @TempDir Path folder;

  @Test
  void keepsItsDataAndIsDurable() throws Exception {
    try (PostgresServer first = PostgresServer.start(folder, 0)) {
      Sql.run(first.address(), "create table t(n int)", "insert into t values (7)");
      for (String setting : new String[] {"fsync", "synchronous_commit"}) {
        assertEquals("on", Sql.ask(first.address(), "show " + setting));
      }
      assertEquals("logical", Sql.ask(first.address(), "show wal_level"));
    }
    try (PostgresServer second = PostgresServer.start(folder, 0)) {
      assertEquals("7", Sql.ask(second.address(), "select n from t"));
    }
    assertThrows(EmbedException.class, () -> PostgresAddress.find(folder));
  }

  @Test
  void aFileOfAnUnrelatedProcessDoesNotStopIt() throws Exception {
    PostgresServer.start(folder, 0).close();
    Path data = folder.resolve("data");
    Files.writeString(
        data.resolve("postmaster.pid"),
        ProcessHandle.current().pid() + "\n" + data + "\n1\n5432\n");
    try (PostgresServer server = PostgresServer.start(folder, 0)) {
      assertEquals("1", Sql.ask(server.address(), "select 1"));
    }
  }

  @Test
  void aWrongSettingIsNamed() {
    EmbedException refused =
        assertThrows(
            EmbedException.class,
            () -> PostgresServer.start(folder, 0, Map.of("shared_bufers", "1MB")));
    assertEquals(true, String.valueOf(refused.getMessage()).contains("shared_bufers"));
  }
}
