package io.tailrace.standalone.web;

import io.tailrace.schemas.config.Key;
import io.tailrace.schemas.config.Settings;
import io.tailrace.schemas.config.SharedKeys;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a console that runs as a process of its own.
 *
 * @param gateways addresses of those whose channels and connections are shown
 * @param services addresses of the others, for their metrics
 * @param contractsFolder contracts, null for the shipped ones
 * @param authorities whom calls to services trust; empty for those of the JVM
 */
public record ConsoleConfig(
    String kafkaBootstrap,
    Path keysFile,
    @Nullable Path contractsFolder,
    String serviceKey,
    List<URI> gateways,
    List<URI> services,
    Optional<Path> authorities) {
  private static final Key<List<URI>> GATEWAYS =
      addresses("console.gateways", "The gateways, whose channels and connections are shown.");
  private static final Key<List<URI>> SERVICES =
      addresses("console.services", "The other services, whose metrics are shown.");

  /** Copies the lists. */
  public ConsoleConfig {
    gateways = List.copyOf(gateways);
    services = List.copyOf(services);
  }

  /** All settings. */
  public static List<Key<?>> keys() {
    return List.of(
        SharedKeys.KAFKA_BOOTSTRAP,
        GATEWAYS,
        SERVICES,
        SharedKeys.SERVICE_KEY,
        SharedKeys.KEYS_FILE,
        SharedKeys.CONTRACTS_DIR,
        SharedKeys.TLS_CA);
  }

  /** From settings that were loaded with {@link #keys}. */
  public static ConsoleConfig from(Settings settings) {
    return new ConsoleConfig(
        settings.get(SharedKeys.KAFKA_BOOTSTRAP),
        settings.get(SharedKeys.KEYS_FILE),
        settings.get(SharedKeys.CONTRACTS_DIR).orElse(null),
        settings.get(SharedKeys.SERVICE_KEY),
        settings.get(GATEWAYS),
        settings.get(SERVICES),
        settings.get(SharedKeys.TLS_CA));
  }

  private static Key<List<URI>> addresses(String name, String doc) {
    return new Key<>(
        name,
        null,
        doc,
        "addresses such as http://gateway-1:8080, separated by commas",
        text -> Key.list(name, "", "").parse().apply(text).stream().map(Key::address).toList());
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "console of " + kafkaBootstrap;
  }
}
