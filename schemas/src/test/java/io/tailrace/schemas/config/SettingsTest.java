package io.tailrace.schemas.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
  private static final Key<String> NAME = Key.text("kafka.bootstrap", null, "Where Kafka is.");
  private static final Key<Integer> COUNT = Key.number("lanes", "4", "How many.", 1, 8);
  private static final List<Key<?>> KEYS = List.of(NAME, COUNT);

  @TempDir Path folder;

  @Test
  void laterSourcesWin() throws IOException {
    Path file = folder.resolve("x.properties");
    Files.writeString(file, "kafka.bootstrap=file\nlanes=2\n");

    Settings settings =
        Settings.load(
            KEYS,
            List.of("--config=" + file, "--lanes=8"),
            Map.of("TAILRACE_KAFKA_BOOTSTRAP", "environment", "PATH", "/bin"));

    assertEquals("environment", settings.get(NAME));
    assertEquals(8, settings.get(COUNT));
  }

  @Test
  void whatIsWrongIsNamed() throws IOException {
    Path file = folder.resolve("x.properties");
    Files.writeString(file, "kafka.bootstrp=file\n");

    assertFault("kafka.bootstrap is not set", List.of(), Map.of());
    assertFault("lanes=9 is wrong", List.of("--kafka.bootstrap=x", "--lanes=9"), Map.of());
    assertFault("lanes=x is wrong", List.of("--kafka.bootstrap=x", "--lanes=x"), Map.of());
    assertFault("--lnes is no setting", List.of("--lnes=1"), Map.of());
    assertFault("kafka.bootstrp in ", List.of("--config=" + file), Map.of());
    assertFault("TAILRACE_LANE is no", List.of(), Map.of("TAILRACE_LANE", "1"));
    assertFault("lanes is wrong", List.of("lanes"), Map.of());
    assertFault("cannot be read", List.of("--config=" + folder.resolve("none")), Map.of());
  }

  @Test
  void noSecretIsToldInAFault() {
    List<Key<?>> keys = List.of(SharedKeys.SERVICE_KEY, SharedKeys.DATABASE_PASSWORD, COUNT);
    for (List<String> arguments :
        List.of(
            List.of("-service.key=hunter2"),
            List.of("service.key=hunter2"),
            List.of("--service.kay=hunter2"),
            List.of("--database.password=hunter2"),
            List.of("--service.key=hunter2", "--lanes=9"),
            List.of("--service.key", "hunter2"))) {
      SettingsException fault =
          assertThrows(SettingsException.class, () -> Settings.load(keys, arguments, Map.of()));

      assertFalse(String.valueOf(fault.getMessage()).contains("hunter2"), fault.getMessage());
    }
  }

  @Test
  void helpNamesEverySettingInItsThreeForms() {
    String help = Settings.help(KEYS);

    assertTrue(help.contains("--kafka.bootstrap=") && help.contains("TAILRACE_KAFKA_BOOTSTRAP"));
    assertTrue(help.contains("Required.") && help.contains("Default: 4."));
  }

  private static void assertFault(
      String start, List<String> arguments, Map<String, String> environment) {
    SettingsException fault =
        assertThrows(SettingsException.class, () -> Settings.load(KEYS, arguments, environment));
    assertTrue(String.valueOf(fault.getMessage()).contains(start), fault.getMessage());
  }
}
