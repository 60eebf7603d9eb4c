package io.tailrace.gateway.ephemeral;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.schemas.presence.Device;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One user of a model world: what their devices do, and what is true of them. */
final class PresencePerson {
  private static final long NEVER = Long.MIN_VALUE / 2;
  private static final long NOT_YET = Long.MAX_VALUE / 2;

  private final PresenceWorld world;
  private final String user;
  private final List<OneDevice> devices = new ArrayList<>();

  /** Since when nothing has changed. */
  private long settledMs = NEVER;

  /** Until when they may be shown though nobody is here. */
  private long ghostUntilMs = NEVER;

  /** Until when a gateway that died may still tell of them. */
  private long deadUntilMs = NEVER;

  private final class OneDevice {
    private final @Nullable String device;
    private @Nullable PresenceGateway at;
    private @Nullable PresenceGateway lastAt;
    private String session = "";
    private String mode = "active";
    private long heartbeatMs;
    private long backMs = -1;
    private long cutMs = NEVER;

    /** Since when it is here without a break; while it is on its way back, too. */
    private long sinceMs = NOT_YET;

    OneDevice(@Nullable String device) {
      this.device = device;
    }

    boolean isLiving() {
      return at != null || backMs >= 0;
    }

    /** Whether it has been here for longer than it takes until all know. */
    boolean isKnown() {
      return isLiving() && world.nowMs - sinceMs > world.shownMs;
    }

    void connect(PresenceGateway gateway) {
      if (!isLiving() || sinceMs == NOT_YET) {
        sinceMs = world.nowMs;
      }
      session = world.session();
      at = gateway;
      lastAt = gateway;
      backMs = -1;
      gateway.open(session, user, device);
      say(gateway);
    }

    void say(PresenceGateway gateway) {
      gateway.say(session, user, device, mode);
      heartbeatMs = world.nowMs + PresenceWorld.HEARTBEAT_MS - world.random.nextInt(2000);
    }

    void cut(long comesBackMs) {
      PresenceGateway from = at;
      at = null;
      cutMs = world.nowMs;
      backMs = comesBackMs;
      if (from != null) {
        from.closed(session);
      }
    }
  }

  PresencePerson(PresenceWorld world, String user) {
    this.world = world;
    this.user = user;
    for (int i = world.random.nextInt(3); i >= 0; i--) {
      devices.add(new OneDevice(i == 0 ? null : "d" + i));
    }
  }

  private boolean isLiving() {
    return devices.stream().anyMatch(OneDevice::isLiving);
  }

  /** Whether they are here, and all know it. */
  boolean staysHere() {
    return devices.stream().anyMatch(OneDevice::isKnown);
  }

  void step() {
    Random random = world.random;
    for (OneDevice device : devices) {
      PresenceGateway at = device.at;
      int what = random.nextInt(at == null ? 2400 : 2400 * world.calm);
      if (at == null) {
        boolean comes = device.backMs >= 0 ? world.nowMs >= device.backMs : what < 8;
        if (comes) {
          device.connect(world.anyGateway());
          settledMs = world.nowMs;
        }
      } else if (what < 6) {
        device.mode = world.mode();
        device.say(at);
        settledMs = world.nowMs;
      } else if (what < 8) {
        // The gateway may not know yet that it had another connection.
        boolean cutBefore = world.nowMs - device.cutMs < world.shownMs;
        at.say(device.session, user, device.device, Device.GONE);
        device.cut(-1);
        left(world.nowMs + world.shownMs + (cutBefore ? PresenceWorld.TTL_MS : 0));
      } else if (what < 10) {
        device.cut(-1);
        left(world.nowMs + PresenceWorld.TTL_MS + world.shownMs);
      } else if (what < 14) {
        device.cut(world.nowMs + random.nextLong(PresenceWorld.BACK_MS));
        settledMs = world.nowMs;
      } else if (world.nowMs >= device.heartbeatMs) {
        device.say(at);
      }
    }
  }

  private void left(long ghostMs) {
    settledMs = world.nowMs;
    ghostUntilMs = Math.max(ghostUntilMs, ghostMs);
  }

  /** Whether a gateway knows of them what others may not know yet, or will have to unlearn. */
  boolean isKnownTo(PresenceGateway gateway) {
    return devices.stream().anyMatch(device -> device.at == gateway)
        || world.nowMs - settledMs < world.shownMs
        || ghostUntilMs > world.nowMs;
  }

  /**
   * What a gateway has told of them last stays told until it runs out; what it was going to tell
   * has died with it.
   */
  void toldForTheLastTime(PresenceGateway by) {
    deadUntilMs = world.nowMs + PresenceWorld.TTL_MS + world.shownMs;
    for (OneDevice device : devices) {
      if (device.lastAt == by && !device.isKnown()) {
        device.sinceMs = NOT_YET;
      }
    }
  }

  /** Some come back, some do not. */
  void gatewayDied(PresenceGateway dead) {
    if (isKnownTo(dead)) {
      toldForTheLastTime(dead);
    }
    for (OneDevice device : devices) {
      if (device.at == dead) {
        boolean back = world.random.nextInt(4) > 0;
        device.at = null;
        device.backMs = back ? world.nowMs + world.random.nextLong(PresenceWorld.BACK_MS) : -1;
        left(deadUntilMs);
      }
    }
  }

  /** A gateway leaves: most are elsewhere before they are gone from it. */
  void moves(PresenceGateway from) {
    for (OneDevice device : devices) {
      if (device.at != from) {
        continue;
      }
      settledMs = world.nowMs;
      device.cutMs = world.nowMs;
      String before = device.session;
      if (world.random.nextInt(3) > 0) {
        device.connect(world.anyGateway());
        from.closed(before);
      } else {
        device.cut(world.nowMs + world.random.nextLong(PresenceWorld.BACK_MS));
      }
    }
  }

  /** A screen says since when they are here: not later than they came, unless clocks were set. */
  void isHereSince(long sinceMs) {
    long cameMs =
        devices.stream().filter(OneDevice::isKnown).mapToLong(one -> one.sinceMs).min().orElse(0);
    assertTrue(
        world.clocksWereSet() || !staysHere() || sinceMs <= cameMs + world.shownMs,
        () -> user + " came at " + cameMs + ", and is told to be here since " + sinceMs);
  }

  /** A screen says that they have left. */
  void left(PresenceGateway gateway) {
    if (gateway.isOlderThan(PresenceWorld.TTL_MS)) {
      assertFalse(staysHere(), () -> gateway.name + " lets " + user + " leave, who is here");
    }
  }

  void check(PresenceGateway gateway) {
    JsonNode shown = gateway.screen.get(user);
    boolean knows = gateway.isOlderThan(PresenceWorld.HEARTBEAT_MS + world.shownMs);
    boolean agesWell =
        gateway.stepMs == 0 && knows || gateway.isOlderThan(PresenceWorld.TTL_MS + world.shownMs);
    if (!isLiving()) {
      assertFalse(
          shown != null && agesWell && world.nowMs > ghostUntilMs && world.nowMs > deadUntilMs,
          () -> gateway.name + " shows a ghost: " + user);
      return;
    }
    if (!knows || !staysHere()) {
      return;
    }
    assertTrue(shown != null, () -> gateway.name + " does not show " + user);
    boolean isSettled =
        world.nowMs - settledMs > world.shownMs
            && world.nowMs > deadUntilMs
            && devices.stream().allMatch(device -> device.backMs < 0);
    if (shown != null && isSettled) {
      TreeSet<String> modes = new TreeSet<>();
      devices.stream().filter(OneDevice::isLiving).forEach(device -> modes.add(device.mode));
      if (modes.size() > 1) {
        modes.remove(Device.AWAY);
      }
      String mode = shown.path("mode").asText();
      assertTrue(modes.contains(mode), () -> user + " is shown " + mode + ", and is " + modes);
    }
    assertEquals(user, shown == null ? user : shown.path("user").asText());
  }
}
