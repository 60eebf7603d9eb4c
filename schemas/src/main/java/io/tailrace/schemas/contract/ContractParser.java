package io.tailrace.schemas.contract;

import io.tailrace.schemas.name.Channel;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;

/** One contract from YAML; every fault is told with its line. */
final class ContractParser {
  private static final Set<String> LANES =
      Set.of("event", "metadata", "receipt", "presence", "signal");
  private static final int DATA_BYTES_MAX = 900_000;

  private ContractParser() {}

  static Contract parse(String file, String yaml) {
    YamlMap root = YamlMap.parse(file, yaml);
    String kind = root.text("kind");
    if (!Channel.isKind(kind)) {
      throw root.fault("kind", "must match [a-z][a-z0-9-]{0,31}");
    }
    Contract contract =
        new Contract(
            kind,
            root.oneOf("ownWrite", "after-commit"),
            root.oneOf("visibleToOthers", "after-commit"),
            root.oneOf("order", "channel"),
            root.oneOf("loss", "none"),
            root.oneOf("longAbsence", "snapshot", "events"),
            rights(root.map("rights")),
            (int) root.number("sizeMax", 1, DATA_BYTES_MAX),
            types(root.map("types")),
            limits(root.map("limits")),
            retention(root.map("retention")),
            root.number("snapshotAfter", 1, Integer.MAX_VALUE),
            root.oneOf("concurrency", "none", "revisions").equals("revisions"),
            lanes(root),
            presence(root.map("presence")));
    root.refuseOthers();
    return contract;
  }

  private static Contract.Rights rights(YamlMap map) {
    Contract.Rights rights =
        new Contract.Rights(
            right(map, "subscribe"),
            right(map, "publish"),
            right(map, "create"),
            right(map, "presence"));
    map.refuseOthers();
    return rights;
  }

  private static Right right(YamlMap map, String key) {
    String word = map.text(key);
    StringBuilder words = new StringBuilder();
    for (Right right : Right.values()) {
      if (right.word().equals(word)) {
        return right;
      }
      words.append(words.isEmpty() ? "" : ", ").append(right.word());
    }
    throw map.fault(key, "must be one of " + words);
  }

  private static Map<String, DataSchema> types(YamlMap map) {
    Map<String, DataSchema> types = new LinkedHashMap<>();
    for (String type : map.keys()) {
      if (!type.matches("[a-z][A-Za-z0-9]*(\\.[a-z][A-Za-z0-9]*)*") || type.length() > 100) {
        throw map.fault(type, "is no event type such as message.posted");
      }
      Node node = map.node(type);
      if (!(node instanceof MappingNode)) {
        throw map.fault(type, "must be a JSON Schema");
      }
      try {
        types.put(type, DataSchema.compile(YamlMap.toJson(node)));
      } catch (IllegalArgumentException e) {
        throw map.fault(type, "is no valid JSON Schema: " + e.getMessage());
      }
    }
    if (types.isEmpty()) {
      throw map.fault("", "types must name at least one event type");
    }
    return types;
  }

  private static Contract.Limits limits(YamlMap map) {
    Contract.Limits limits =
        new Contract.Limits(
            (int) map.number("publishPerSecond", 1, 1_000_000),
            (int) map.number("subscriptions", 1, 100_000));
    map.refuseOthers();
    return limits;
  }

  private static Contract.Retention retention(YamlMap map) {
    Contract.Retention retention =
        new Contract.Retention(
            map.number("events", 1, Long.MAX_VALUE), (int) map.number("days", 1, 36_500));
    map.refuseOthers();
    return retention;
  }

  private static Set<String> lanes(YamlMap root) {
    Set<String> lanes = new LinkedHashSet<>(root.texts("lanes"));
    if (!LANES.containsAll(lanes) || !lanes.contains("event")) {
      throw root.fault("lanes", "must hold event, and else only " + new java.util.TreeSet<>(LANES));
    }
    return lanes;
  }

  private static Contract.Presence presence(YamlMap map) {
    long heartbeatMs = map.number("heartbeatMs", 1000, 3_600_000);
    long ttlMs = map.number("ttlMs", 1000, 3_600_000);
    if (ttlMs < 2 * heartbeatMs) {
      throw map.fault(
          "ttlMs", "must be at least twice heartbeatMs, or one lost heartbeat is a leave");
    }
    map.refuseOthers();
    return new Contract.Presence(heartbeatMs, ttlMs);
  }
}
