package io.tailrace.gateway.ephemeral;

import io.tailrace.schemas.contract.Contract;
import io.tailrace.schemas.presence.Device;
import io.tailrace.schemas.presence.Digest;
import io.tailrace.schemas.topic.BadRecordException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Gateways over one topic in virtual time, and people whose devices come, change, fall silent,
 * leave and vanish, beside what is true of them. Records are delivered late and in another order,
 * some are lost, some are read twice; gateways are killed, drained, started; clocks are set. Each
 * rule can be taken out: the records are then changed on their way, so that the rule has no effect.
 */
final class PresenceWorld {
  static final long HEARTBEAT_MS = 10_000;
  static final long TTL_MS = 30_000;

  /** Nobody who comes back within this has left: a ttl without what a digest may be late. */
  static final long BACK_MS = 10_000;

  static final String CHANNEL = "demo/chat:a";
  static final long WALL_MS = 1_700_000_000_000L;
  private static final long STEP_MS = 50;
  private static final long LATE_MS_MAX = 1500;
  private static final List<String> MODES = List.of("active", "editing", Device.AWAY);

  /** What can be taken out. */
  enum Rule {
    /** A digest is written again though nothing has changed. */
    AGAIN,
    /** A digest that is not read back is written again. */
    READ_BACK,
    /** A digest ends by itself. */
    TTL,
    /** A later digest is not replaced by an earlier one. */
    ORDER,
    /** What has run out is remembered. */
    REMEMBERED,
    /** A connection that has gone is waited for. */
    WAITED_FOR,
    /** Who says that they have left has left everywhere. */
    GONE
  }

  @SuppressWarnings("ArrayRecordComponent") // bytes are delivered, never compared or changed
  private record Sent(PresenceGateway by, Digest digest, byte[] json, long writtenMs) {}

  private record Delivery(long atMs, long n, PresenceGateway to, Sent sent, boolean again) {}

  final Random random;
  final List<PresenceGateway> gateways = new ArrayList<>();
  final List<PresencePerson> people = new ArrayList<>();

  /** How long a change takes to be shown everywhere: held, lost once, late, gathered. */
  final long shownMs;

  /** In every second world things happen more seldom than digests are written again. */
  final int calm;

  private final Set<Rule> out;
  private final int users;
  private final List<Sent> topic = new ArrayList<>();
  private final PriorityQueue<Delivery> deliveries =
      new PriorityQueue<>((one, other) ->
          one.atMs != other.atMs
              ? Long.compare(one.atMs, other.atMs)
              : Long.compare(one.n, other.n));
  private final Map<String, Digest> last = new HashMap<>();
  private final Map<String, Long> renumbered = new HashMap<>();
  private final Set<String> lostLast = new HashSet<>();
  private int lost;
  private int names;
  private long deliveryNumber;
  private int killed;
  private boolean clocksWereSet;
  long nowMs = 1_000_000;

  PresenceWorld(long seed, Set<Rule> out, int users) {
    this.random = new Random(seed);
    this.calm = users > 200 || seed % 2 == 0 ? 1 : 12;
    this.users = users;
    this.shownMs = users > 200 ? 9_000 : 6_000;
    this.out = out.isEmpty() ? EnumSet.noneOf(Rule.class) : EnumSet.copyOf(out);
    for (int i = 0; i < 3; i++) {
      start();
    }
    for (int i = 0; i < users; i++) {
      people.add(new PresencePerson(this, "u" + i));
    }
  }

  Contract.Presence rules() {
    return new Contract.Presence(HEARTBEAT_MS, TTL_MS, Math.max(200, users), 20);
  }

  PresencePerson person(String user) {
    return people.get(Integer.parseInt(user.substring(1)));
  }

  String session() {
    return "s" + names++;
  }

  String mode() {
    return MODES.get(random.nextInt(MODES.size()));
  }

  /** One that is there, and that has read what the topic has, where there is such a one. */
  PresenceGateway anyGateway() {
    List<PresenceGateway> know =
        gateways.stream().filter(gateway -> gateway.isOlderThan(2 * LATE_MS_MAX)).toList();
    List<PresenceGateway> of = know.isEmpty() ? gateways : know;
    return of.get(random.nextInt(of.size()));
  }

  boolean clocksWereSet() {
    return clocksWereSet;
  }

  void run(long forMs) {
    long untilMs = nowMs + forMs;
    long sampleMs = nowMs;
    while (nowMs < untilMs) {
      nowMs += STEP_MS;
      deliver();
      happen();
      people.forEach(PresencePerson::step);
      List.copyOf(gateways).forEach(PresenceGateway::tick);
      if (nowMs >= sampleMs) {
        sampleMs = nowMs + 500;
        gateways.forEach(gateway -> people.forEach(person -> person.check(gateway)));
      }
    }
  }

  private void happen() {
    int what = random.nextInt(4000);
    if (what < 4 && gateways.size() > 1) {
      kill();
    } else if (what < 8 && gateways.size() > 1) {
      PresenceGateway leaves = anyGateway();
      gateways.remove(leaves);
      List<PresencePerson> known =
          people.stream().filter(person -> person.isKnownTo(leaves)).toList();
      people.forEach(person -> person.moves(leaves));
      int lostBefore = lost;
      leaves.leave();
      if (lost > lostBefore) {
        known.forEach(person -> person.toldForTheLastTime(leaves));
      }
    } else if (what < 16 && gateways.size() < 4) {
      start();
    } else if (what < 18) {
      anyGateway().stepMs += random.nextLong(-7_200_000, 7_200_000);
      clocksWereSet = true;
    } else if (what < 22) {
      readAgain(anyGateway());
    }
  }

  /** One of them, without any word. */
  void kill() {
    if (gateways.size() == 1) {
      start();
    }
    PresenceGateway dies = anyGateway();
    gateways.remove(dies);
    killed++;
    people.forEach(person -> person.gatewayDied(dies));
    haunt(dies);
  }

  private void start() {
    PresenceGateway fresh = new PresenceGateway(this, "g" + names++, random.nextInt(1_000_000));
    gateways.add(fresh);
    readAgain(fresh);
  }

  /** All that the topic still has, as at a start, or when Kafka could not be read for a while. */
  private void readAgain(PresenceGateway reader) {
    for (Sent sent : topic) {
      if (nowMs - sent.writtenMs < Digest.TTL_MS_MAX) {
        deliveries.add(new Delivery(nowMs, deliveryNumber++, reader, sent, true));
      }
    }
  }

  /** A record that a gateway writes. */
  void write(PresenceGateway by, byte[] value) {
    Sent sent = new Sent(by, parse(value), value, nowMs);
    String part = by.name + ' ' + sent.digest.part();
    boolean isLost = !lostLast.remove(part) && random.nextInt(8) == 0;
    if (isLost) {
      lostLast.add(part);
      lost++;
      if (out.contains(Rule.READ_BACK)) {
        deliveries.add(new Delivery(nowMs, deliveryNumber++, by, sent, false));
      }
      return;
    }
    topic.add(sent);
    for (PresenceGateway gateway : gateways) {
      long lateMs = random.nextLong(5, random.nextInt(4) == 0 ? LATE_MS_MAX : 50);
      deliveries.add(new Delivery(nowMs + lateMs, deliveryNumber++, gateway, sent, false));
    }
  }

  private void deliver() {
    for (Delivery next = deliveries.peek();
        next != null && next.atMs <= nowMs;
        next = deliveries.peek()) {
      deliveries.remove();
      byte[] json = changed(next);
      if (json != null && gateways.contains(next.to)) {
        next.to.read(json, next.sent.writtenMs);
      }
    }
  }

  /** The digest as it arrives; null where it does not. */
  private byte @Nullable [] changed(Delivery delivery) {
    if (out.isEmpty()) {
      return delivery.sent.json;
    }
    Digest digest = delivery.sent.digest;
    String way = delivery.to.name + ' ' + digest.gateway() + ' ' + digest.part();
    if (out.contains(Rule.AGAIN) && !delivery.again) {
      Digest before = last.put(way, digest);
      if (before != null && told(before).equals(told(digest))) {
        return null;
      }
    }
    List<Device> devices = new ArrayList<>(digest.devices());
    if (out.contains(Rule.WAITED_FOR)) {
      devices.removeIf(device -> !device.open() && !device.isGone());
    }
    if (out.contains(Rule.GONE)) {
      devices.removeIf(Device::isGone);
    }
    String gateway = digest.gateway();
    long seq = digest.seq();
    if (out.contains(Rule.ORDER) && delivery.sent.by != delivery.to) {
      seq = Objects.requireNonNull(renumbered.merge(way, 1L, Long::sum));
    }
    if (out.contains(Rule.REMEMBERED) && delivery.again && delivery.to.isOlderThan(TTL_MS)) {
      gateway += "'" + delivery.n;
    }
    return new Digest(gateway, digest.part(), seq, digest.ttlMs(), digest.atMs(), null, devices)
        .json();
  }

  private static List<String> told(Digest digest) {
    return digest.devices().stream()
        .map(device -> device.session() + device.mode() + device.open() + device.data())
        .sorted()
        .toList();
  }

  /** Without a ttl the last digest of a gateway holds for ever: as if it went on writing it. */
  private void haunt(PresenceGateway dead) {
    Sent latest = null;
    for (Sent sent : topic) {
      latest = sent.by == dead ? sent : latest;
    }
    if (latest == null || !out.contains(Rule.TTL)) {
      return;
    }
    for (int n = 1; n < 40; n++) {
      Digest of = latest.digest;
      Digest again =
          new Digest(
              of.gateway(),
              of.part(),
              of.seq() + n,
              of.ttlMs(),
              of.atMs() + 5000L * n,
              null,
              of.devices());
      for (PresenceGateway gateway : gateways) {
        deliveries.add(
            new Delivery(
                nowMs + 5000L * n,
                deliveryNumber++,
                gateway,
                new Sent(dead, again, again.json(), nowMs),
                false));
      }
    }
  }

  static Digest parse(byte[] value) {
    try {
      return Digest.parse(value);
    } catch (BadRecordException e) {
      throw new AssertionError(e);
    }
  }

  int killed() {
    return killed;
  }
}
