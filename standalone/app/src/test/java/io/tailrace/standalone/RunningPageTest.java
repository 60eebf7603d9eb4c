package io.tailrace.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tailrace.catchup.CatchupConfig;
import io.tailrace.gateway.GatewayConfig;
import io.tailrace.relay.RelayConfig;
import io.tailrace.schemas.config.Key;
import io.tailrace.schemas.http.PortConfig;
import io.tailrace.sequencer.SequencerConfig;
import io.tailrace.standalone.web.ConsoleConfig;
import io.tailrace.write.WriteConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The page on running lists every setting of every service, as the code has them, and no other. */
class RunningPageTest {
  private static final Path PAGE = Path.of("..", "..", "docs", "running.md");

  @Test
  void thePageListsTheSettingsThatThereAre() throws IOException {
    Map<String, List<Key<?>>> services = new LinkedHashMap<>();
    services.put("every service", PortConfig.keys());
    services.put("write", WriteConfig.keys());
    services.put("relay", RelayConfig.keys());
    services.put("sequencer", SequencerConfig.keys());
    services.put("catchup", CatchupConfig.keys());
    services.put("gateway", GatewayConfig.keys());
    services.put("console", ConsoleConfig.keys());
    List<String> expected = new ArrayList<>();
    services.forEach((service, keys) -> {
      expected.add("### " + service);
      keys.forEach(key -> expected.add(row(key)));
    });

    List<String> found =
        Files.readAllLines(PAGE).stream()
            .filter(line -> line.startsWith("### ") || line.startsWith("| `"))
            .toList();

    assertEquals(String.join("\n", expected), String.join("\n", found));
  }

  private static String row(Key<?> key) {
    String fallback = key.fallback();
    String shown = fallback == null ? "required" : fallback.isEmpty() ? "" : "`" + fallback + "`";
    return "| `" + key.name() + "` | " + shown + " | " + key.doc() + " |";
  }
}
