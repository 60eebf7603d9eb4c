package io.tailrace.standalone.launch;

import io.tailrace.catchup.CatchupConfig;
import io.tailrace.gateway.GatewayConfig;
import io.tailrace.relay.RelayConfig;
import io.tailrace.schemas.config.Key;
import io.tailrace.schemas.config.Settings;
import io.tailrace.schemas.config.SharedKeys;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.http.PortConfig;
import io.tailrace.sequencer.SequencerConfig;
import io.tailrace.write.WriteConfig;
import java.net.InetAddress;
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
          "catchup.url",
          "http.host",
          "http.port");

  /** Where only this machine reaches the port, whoever comes is its own user: nobody is counted. */
  private static final List<String> UNCOUNTED =
      List.of("connections.per.user.max", "connections.per.device.max");

  /** In one JVM there is no other gateway to go to: nobody is helped by a longer stop. */
  private static final Map<String, String> SHORT_DRAIN =
      Map.of(
          "drain.notice.ms", "0",
          "drain.window.ms", "1000",
          "drain.deadline.ms", "1000");

  private final Installation installation;
  private final Standalone.Servers servers;
  private final int internalPort;
  private final Map<String, String> chosen;

  /**
   * With what everybody is told.
   *
   * @param internalPort where this machine's own services are called, without TLS
   */
  ServiceSettings(
      Installation installation,
      Standalone.Servers servers,
      int internalPort,
      Map<String, String> chosen) {
    this.installation = installation;
    this.servers = servers;
    this.internalPort = internalPort;
    this.chosen = chosen;
  }

  /** The chosen settings, and those that follow from one JVM and from who can reach its port. */
  static Map<String, String> forHost(String host, Map<String, String> chosen) {
    Map<String, String> all = new TreeMap<>(SHORT_DRAIN);
    all.putAll(chosen);
    if (isLoopback(host)) {
      UNCOUNTED.forEach(name -> all.putIfAbsent(name, "0"));
    }
    return all;
  }

  private static boolean isLoopback(String host) {
    try {
      return host.equals("localhost") || InetAddress.ofLiteral(host).isLoopbackAddress();
    } catch (IllegalArgumentException _) {
      return false; // a name, which may lead anywhere
    }
  }

  /** The one port of all services. */
  static PortConfig port(Standalone.Options options) {
    List<String> arguments = new ArrayList<>();
    arguments.add("--http.host=" + options.host());
    arguments.add("--http.port=" + options.port());
    return PortConfig.from(
        Settings.load(
            PortConfig.keys(), with(options.settings(), PortConfig.keys(), arguments), Map.of()));
  }

  /** Whether somebody else may set it: addresses, keys and folders follow from the data folder. */
  static boolean mayBeSet(String name) {
    return !OWN.contains(name)
        && Stream.of(
                PortConfig.keys(),
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
    arguments.add("--catchup.url=http://127.0.0.1:" + internalPort);
    return load(keys, arguments);
  }

  /** Where everything listens, for other commands and for people. */
  Map<String, String> addresses(PortConfig config, int port) {
    Map<String, String> addresses = new TreeMap<>();
    String host = config.host().equals("0.0.0.0") ? "localhost" : config.host();
    addresses.put("url", (config.files() == null ? "http" : "https") + "://" + host + ":" + port);
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
    // The environment is not read: it belongs to services that run on their own.
    return Settings.load(keys, with(chosen, keys, all), Map.of());
  }

  /** Arguments, with those of the chosen settings that are among the keys. */
  private static List<String> with(
      Map<String, String> chosen, List<Key<?>> keys, List<String> arguments) {
    List<String> all = new ArrayList<>(arguments);
    for (Key<?> key : keys) {
      String value = chosen.get(key.name());
      if (value != null) {
        all.add("--" + key.name() + "=" + value);
      }
    }
    return all;
  }
}
