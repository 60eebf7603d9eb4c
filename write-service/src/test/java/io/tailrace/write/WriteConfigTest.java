package io.tailrace.write;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.schemas.config.Settings;
import io.tailrace.schemas.config.SettingsException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WriteConfigTest {
  private static final List<String> REQUIRED =
      List.of(
          "--database.url=jdbc:postgresql://db:5432/app",
          "--database.user=tailrace",
          "--kafka.bootstrap=kafka:9092",
          "--keys.file=/etc/tailrace/keys.json");

  private static WriteConfig config(List<String> arguments, Map<String, String> environment) {
    return WriteConfig.from(Settings.load(WriteConfig.keys(), arguments, environment));
  }

  @Test
  void defaultsOfTheSettingsAndOfTheRecordAreTheSame() {
    assertEquals(WriteConfig.Tuning.defaults(), config(REQUIRED, Map.of()).tuning());
  }

  @Test
  void thePasswordIsNotPartOfItsText() {
    WriteConfig config = config(REQUIRED, Map.of("TAILRACE_DATABASE_PASSWORD", "s3cret"));

    assertEquals("s3cret", config.database().password());
    assertFalse(config.toString().contains("s3cret"));
  }

  @Test
  void whatIsMissingIsNamed() {
    for (String missing : REQUIRED) {
      List<String> rest = new ArrayList<>(REQUIRED);
      rest.remove(missing);
      String name = missing.substring(2, missing.indexOf('='));

      SettingsException e = assertThrows(SettingsException.class, () -> config(rest, Map.of()));

      assertTrue(String.valueOf(e.getMessage()).contains(name), e.getMessage());
    }
  }

  @Test
  void whatIsWrongIsNamed() {
    List<String> wrong = new ArrayList<>(REQUIRED);
    wrong.add("--write.lanes=0");

    SettingsException e = assertThrows(SettingsException.class, () -> config(wrong, Map.of()));

    assertTrue(String.valueOf(e.getMessage()).contains("write.lanes"), e.getMessage());
  }
}
