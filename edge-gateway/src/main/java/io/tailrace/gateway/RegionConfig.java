package io.tailrace.gateway;

import io.tailrace.schemas.config.Key;
import io.tailrace.schemas.config.Settings;
import io.tailrace.schemas.config.SettingsException;
import io.tailrace.schemas.region.OtherRegions;

/**
 * Where a gateway stands among the regions.
 *
 * @param name told in {@code welcome}
 * @param others whose presence and signals are shown here too
 * @param homeBootstrap Kafka of the region that the log is made in; empty where it is this one's
 */
record RegionConfig(String name, OtherRegions others, String homeBootstrap) {
  static final Key<String> NAME =
      Key.text("region", "local", "Name of this place, told in welcome.");
  static final Key<String> HOME =
      Key.optionalText(
          "home.bootstrap",
          "Kafka of the home region, to which receipts are written, HOST:PORT separated by commas;"
              + " empty where kafka.bootstrap is it.");

  static RegionConfig from(Settings settings) {
    String name = settings.get(NAME);
    OtherRegions others = settings.get(OtherRegions.SETTING);
    if (others.names().contains(name)) {
      throw new SettingsException(
          OtherRegions.SETTING.name() + " is wrong: it names this region, " + name);
    }
    return new RegionConfig(name, others, settings.get(HOME));
  }

  /** Where receipts are written. */
  String home(String bootstrap) {
    return homeBootstrap.isBlank() ? bootstrap : homeBootstrap;
  }
}
