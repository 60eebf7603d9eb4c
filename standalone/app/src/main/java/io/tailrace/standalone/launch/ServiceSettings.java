package io.tailrace.standalone.launch;

import io.tailrace.catchup.CatchupConfig;
import io.tailrace.gateway.GatewayConfig;
import io.tailrace.relay.RelayConfig;
import io.tailrace.schemas.config.Key;
import io.tailrace.schemas.config.Settings;
import io.tailrace.schemas.config.SharedKeys;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.sequencer.SequencerConfig;
import io.tailrace.write.WriteConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What each service is told when all share one JVM: arguments, as a process of its own would be.
 */
final class ServiceSettings {
  static final int PARTITIONS = 4;

  private static final Set<String> OWN =
      Set.of(
          "database.url",
          "database.user",
          "database.password",
          "kafka.bootstrap",
          "kafka.partitions",
          "kafka.replication",
          "keys.file",
          "service.key",
          "state.dir",
          "catchup.url");

  private final Installation installation;
  private final Standalone.Servers servers;
  private final int port;
  private final Map<String, String> chosen;

  ServiceSettings(
      Installation installation, Standalone.Servers servers, int port, Map<String, String> chosen) {
    this.installation = installation;
    this.servers = servers;
    this.port = port;
    this.chosen = chosen;
  }

  /** Whether somebody else may set it: addresses, keys and folders follow from the data folder. */
  static boolean mayBeSet(String name) {
    return !OWN.contains(name)
        && Stream.of(
                WriteConfig.keys(),
                RelayConfig.keys(),
                SequencerConfig.keys(),
                CatchupConfig.keys(),
                GatewayConfig.keys())
            .flatMap(List::stream)
            .anyMatch(key -> key.name().equals(name));
  }

  /** The contracts that all services follow. */
  Contracts contracts() {
    String folder = chosen.getOrDefault(SharedKeys.CONTRACTS_DIR.name(), "");
    return Contracts.shippedOr(folder.isEmpty() ? null : Path.of(folder));
  }

  String bootstrap() {
    return servers.kafka().bootstrap();
  }

  Settings write(List<Key<?>> keys) {
    List<String> arguments = database();
    arguments.add("--keys.file=" + installation.keysFile());
    return load(keys, arguments);
  }

  Settings relay(List<Key<?>> keys) {
    List<String> arguments = database();
    arguments.add("--slot.create=true");
    return load(keys, arguments);
  }

  Settings sequencer(List<Key<?>> keys) {
    return load(keys, streams("sequencer"));
  }

  Settings catchup(List<Key<?>> keys) {
    List<String> arguments = streams("catchup");
    arguments.add("--keys.file=" + installation.keysFile());
    arguments.add("--service.key=" + installation.serviceKey());
    return load(keys, arguments);
  }

  Settings gateway(List<Key<?>> keys) {
    List<String> arguments = new ArrayList<>();
    arguments.add("--keys.file=" + installation.keysFile());
    arguments.add("--service.key=" + installation.serviceKey());
    arguments.add("--catchup.url=http://127.0.0.1:" + port);
    return load(keys, arguments);
  }

  /** Where everything listens, for other commands and for people. */
  Map<String, String> addresses(String host) {
    Map<String, String> addresses = new TreeMap<>();
    addresses.put("url", "http://" + (host.equals("0.0.0.0") ? "localhost" : host) + ":" + port);
    addresses.put("database.url", servers.postgres().jdbcUrl());
    addresses.put("database.user", servers.postgres().user());
    addresses.put("database.password", servers.postgres().password());
    addresses.put("kafka.bootstrap", bootstrap());
    return addresses;
  }

  private List<String> database() {
    return new ArrayList<>(
        List.of(
            "--database.url=" + servers.postgres().jdbcUrl(),
            "--database.user=" + servers.postgres().user(),
            "--database.password=" + servers.postgres().password()));
  }

  private List<String> streams(String name) {
    return new ArrayList<>(
        List.of(
            "--kafka.partitions=" + PARTITIONS,
            "--kafka.replication=1",
            "--state.dir=" + installation.folder().resolve(name)));
  }

  private Settings load(List<Key<?>> keys, List<String> arguments) {
    List<String> all = new ArrayList<>(arguments);
    all.add("--kafka.bootstrap=" + bootstrap());
    for (Key<?> key : keys) {
      String value = chosen.get(key.name());
      if (value != null) {
        all.add("--" + key.name() + "=" + value);
      }
    }
    // The environment is not read: it belongs to services that run on their own.
    return Settings.load(keys, all, Map.of());
  }
}
