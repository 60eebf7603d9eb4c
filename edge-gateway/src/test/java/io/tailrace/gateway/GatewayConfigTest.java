package io.tailrace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.schemas.config.Key;
import io.tailrace.schemas.config.Settings;
import io.tailrace.schemas.config.SettingsException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class GatewayConfigTest {
  private static final List<String> NEEDED =
      List.of(
          "--kafka.bootstrap=localhost:9092",
          "--catchup.url=http://localhost:8082",
          "--service.key=secret",
          "--keys.file=keys.json");

  private static GatewayConfig load(String... more) {
    List<String> all = new ArrayList<>(NEEDED);
    all.addAll(List.of(more));
    return GatewayConfig.from(Settings.load(GatewayConfig.keys(), all, Map.of()));
  }

  @Test
  void whatIsNeededIsEnough() {
    GatewayConfig config = load();
    assertEquals(30_000, config.window().ms());
    assertEquals(1 << 20, config.queue().bounds().bytesMax());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "catchup.url=nowhere",
        "catchup.url=ftp://x",
        "queue.bytes.max=1",
        "window.ms=0",
        "window.ms=-5",
        "heartbeat.ms=soon",
        "stall.ms=0",
        "cookie.secure=yes",
        "drain.per.second=0",
        "drain.deadline.ms=16999"
      })
  void aWrongValueIsRefusedByItsName(String setting) {
    SettingsException refused = assertThrows(SettingsException.class, () -> load("--" + setting));
    String name = setting.substring(0, setting.indexOf('='));
    assertTrue(String.valueOf(refused.getMessage()).contains(name), refused.getMessage());
  }

  @Test
  void everySettingIsInTheHelp() {
    String help = Settings.help(GatewayConfig.keys());
    for (Key<?> key : GatewayConfig.keys()) {
      assertTrue(help.contains("--" + key.name() + "="), key.name());
    }
  }
}
