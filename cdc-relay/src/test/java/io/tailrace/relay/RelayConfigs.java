package io.tailrace.relay;

import io.tailrace.schemas.config.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Variations of a relay's settings. */
final class RelayConfigs {
  private RelayConfigs() {}

  /** The same servers, and these settings: name, value, name, value … */
  static RelayConfig with(RelayConfig config, String... settings) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--database.url=" + config.databaseUrl(),
                "--database.user=" + config.databaseUser(),
                "--database.password=" + config.databasePassword(),
                "--kafka.bootstrap=" + config.kafkaBootstrap()));
    for (int i = 0; i < settings.length; i += 2) {
      arguments.add("--" + settings[i] + "=" + settings[i + 1]);
    }
    return RelayConfig.from(Settings.load(RelayConfig.keys(), arguments, Map.of()));
  }
}
