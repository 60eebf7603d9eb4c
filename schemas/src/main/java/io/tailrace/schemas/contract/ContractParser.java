package io.tailrace.schemas.contract;

import io.tailrace.schemas.event.MemberChange;
import io.tailrace.schemas.name.Channel;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
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
            root.has("log") && root.oneOf("log", "shared", "own").equals("own"),
            rights(root.map("rights")),
            root.has("members") ? members(root.map("members")) : null,
            (int) root.number("sizeMax", 1, DATA_BYTES_MAX),
            types(root.map("types")),
            limits(root.map("limits")),
            retention(root.map("retention")),
            root.number("snapshotAfter", 1, Integer.MAX_VALUE),
            root.oneOf("concurrency", "none", "revisions").equals("revisions"),
            lanes(root),
            presence(root.map("presence")),
            root.has("signals") ? signals(root.map("signals")) : Contract.Signals.DEFAULT);
    root.refuseOthers();
    refuseRightsOfMembers(root, contract);
    return contract;
  }

  private static Contract.Rights rights(YamlMap map) {
    Contract.Rights rights =
        new Contract.Rights(
            right(map, "subscribe"),
            right(map, "publish"),
            right(map, "create"),
            right(map, "presence"),
            right(map, "signal"),
            right(map, "members"));
    map.refuseOthers();
    for (String key : List.of("create", "members")) {
      if (right(map, key) == Right.MEMBERS) {
        throw map.fault(
            key,
            key.equals("create")
                ? "cannot be members: a channel that does not exist has none"
                : "cannot be members: give the permission members to a role");
      }
    }
    return rights;
  }

  private static Contract.Members members(YamlMap map) {
    Map<String, Set<Contract.MemberMay>> roles = new LinkedHashMap<>();
    YamlMap named = map.map("roles");
    for (String role : named.keys()) {
      if (!MemberChange.isRole(role)) {
        throw named.fault(role, "is no role: a small letter, then at most 31 of a-z 0-9 -");
      }
      Set<Contract.MemberMay> may = EnumSet.noneOf(Contract.MemberMay.class);
      for (String word : named.texts(role)) {
        may.add(oneOf(named, role, word, Contract.MemberMay.values(), Contract.MemberMay::word));
      }
      roles.put(role, Set.copyOf(may));
    }
    if (roles.isEmpty()) {
      throw map.fault("roles", "must name at least one role");
    }
    Contract.History history =
        oneOf(
            map, "history", map.text("history"), Contract.History.values(), Contract.History::word);
    map.refuseOthers();
    return new Contract.Members(roles, history);
  }

  /** Without members a right that asks for them could be held by nobody, or taken from all. */
  private static void refuseRightsOfMembers(YamlMap root, Contract contract) {
    Contract.Rights rights = contract.rights();
    boolean byMembers =
        rights.subscribe() == Right.MEMBERS
            || rights.publish() == Right.MEMBERS
            || rights.presence() == Right.MEMBERS
            || rights.signal() == Right.MEMBERS;
    if (contract.members() == null && byMembers) {
      throw root.fault("rights", "names members, so the kind must say members: roles, history");
    }
    boolean bySubscribing = rights.subscribe().asksMembership();
    if (contract.members() != null && !bySubscribing) {
      for (Right other : List.of(rights.presence(), rights.signal())) {
        if (other.asksMembership()) {
          throw root.fault(
              "rights",
              "subscribe must be tenant or members where presence or signal is: what somebody is in"
                  + " a channel is known from subscribing");
        }
      }
    }
    if (contract.members() == null && rights.members() != Right.NOBODY) {
      throw root.fault(
          "rights", "members must be nobody where the kind does not say members: roles, history");
    }
  }

  private static <T> T oneOf(
      YamlMap map, String key, String word, T[] values, Function<T, String> wordOf) {
    StringBuilder words = new StringBuilder();
    for (T value : values) {
      if (wordOf.apply(value).equals(word)) {
        return value;
      }
      words.append(words.isEmpty() ? "" : ", ").append(wordOf.apply(value));
    }
    throw map.fault(key, "must be one of " + words + ", not " + word);
  }

  private static Right right(YamlMap map, String key) {
    return oneOf(map, key, map.text(key), Right.values(), Right::word);
  }

  private static Map<String, DataSchema> types(YamlMap map) {
    Map<String, DataSchema> types = new LinkedHashMap<>();
    for (String type : map.keys()) {
      if (!type.matches("[a-z][A-Za-z0-9]*(\\.[a-z][A-Za-z0-9]*)*") || type.length() > 100) {
        throw map.fault(type, "is no event type such as message.posted");
      }
      if (MemberChange.isReserved(type)) {
        throw map.fault(type, "begins with member. and so is Tailrace's own");
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
            (int) map.number("publishPerSecondTenant", 1, 10_000_000),
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
    long heartbeatMs = map.number("heartbeatMs", 1000, Contract.Presence.TTL_MS_MAX / 2);
    long ttlMs = map.number("ttlMs", 2000, Contract.Presence.TTL_MS_MAX);
    if (ttlMs < 2 * heartbeatMs) {
      throw map.fault(
          "ttlMs", "must be at least twice heartbeatMs, or one lost heartbeat is a leave");
    }
    int listMax = (int) map.numberOr("listMax", 0, 10_000, 200);
    int sample = (int) map.numberOr("sample", 0, 100, 20);
    map.refuseOthers();
    return new Contract.Presence(heartbeatMs, ttlMs, listMax, sample);
  }

  private static Contract.Signals signals(YamlMap map) {
    Contract.Signals usual = Contract.Signals.DEFAULT;
    Contract.Signals signals =
        new Contract.Signals(
            map.numberOr("ttlMs", 500, Contract.Signals.TTL_MS_MAX, usual.ttlMs()),
            (int) map.numberOr("perSecond", 1, 1000, usual.perSecond()),
            (int) map.numberOr("bytesMax", 2, 16_384, usual.bytesMax()));
    map.refuseOthers();
    return signals;
  }
}
