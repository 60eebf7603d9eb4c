package io.tailrace.write.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MigrationTest {
  @Test
  void theNewestScriptIsTheOneThatIsLookedFor() throws IOException, URISyntaxException {
    URI folder = MigrationTest.class.getResource("/tailrace/sql").toURI();
    if (folder.getScheme().equals("jar")) {
      try (FileSystem jar = FileSystems.newFileSystem(folder, Map.of())) {
        assertEquals(newest(jar.getPath("/tailrace/sql")), Migration.NEWEST);
      }
    } else {
      assertEquals(newest(Path.of(folder)), Migration.NEWEST);
    }
  }

  private static String newest(Path folder) throws IOException {
    try (Stream<Path> scripts = Files.list(folder)) {
      return Integer.toString(
          scripts
              .map(script -> script.getFileName().toString())
              .mapToInt(name -> Integer.parseInt(name.substring(1, name.indexOf("__"))))
              .max()
              .orElseThrow());
    }
  }
}
