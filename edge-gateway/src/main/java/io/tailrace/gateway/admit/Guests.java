package io.tailrace.gateway.admit;

import io.tailrace.schemas.token.Identity;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * How many connections one address, tenant, user or device may have open, and how many an address
 * or a tenant may open in a time, so that nobody takes the places of all others. Several
 * connections of one device are several tabs, and welcome up to its bound. Safe for any thread.
 */
public final class Guests {
  private static final int KEYS_MAX = 100_000;
  private static final int NETWORK_BYTES = 8;

  private final Limits limits;
  private final Tally<String> addresses;
  private final Tally<String> tenants;
  private final Tally<User> users;
  private final Tally<Device> devices;
  private final KeyedGates<String> addressGates;
  private final KeyedGates<String> tenantGates;

  /**
   * The bounds; 0 for none.
   *
   * @param perUser connections open at once
   * @param perDevice of one device of a user, where a device is named
   * @param perAddress of one client's address
   * @param perTenant of all of a tenant's users
   * @param handshakesPerAddress new ones per second
   * @param handshakesPerTenant new ones per second
   */
  public record Limits(
      int perUser,
      int perDevice,
      int perAddress,
      int perTenant,
      int handshakesPerAddress,
      int handshakesPerTenant) {}

  /**
   * Why somebody gets no place.
   *
   * @param reason as the metrics have it
   * @param text for people, short enough for a close frame
   * @param waitMs after which to ask again; 0 where only an end of a connection helps
   */
  public record Refusal(String reason, String text, long waitMs) {}

  private record User(String tenant, String user) {}

  private record Device(User user, String device) {}

  /** Nobody is here. */
  public Guests(Limits limits) {
    this.limits = limits;
    this.addresses = new Tally<>(limits.perAddress());
    this.tenants = new Tally<>(limits.perTenant());
    this.users = new Tally<>(limits.perUser());
    this.devices = new Tally<>(limits.perDevice());
    this.addressGates = gates(limits.handshakesPerAddress());
    this.tenantGates = gates(limits.handshakesPerTenant());
  }

  private static KeyedGates<String> gates(int perSecond) {
    int rate = Math.max(1, perSecond);
    return new KeyedGates<>(() -> RateGate.ofSecond(rate), KEYS_MAX);
  }

  /**
   * Why an address may open no connection now; null where it may, and has a place from now on. This
   * machine's own addresses have no bound: who stands behind them is not known.
   */
  public @Nullable Refusal enter(InetAddress address, Place place, long nowNanos) {
    if (address.isLoopbackAddress()) {
      return null;
    }
    String key = key(address);
    if (limits.handshakesPerAddress() > 0) {
      long waitMs = addressGates.take(key, nowNanos);
      if (waitMs > 0) {
        return new Refusal("address_rate", "this address connects too often", waitMs);
      }
    }
    if (!addresses.take(key)) {
      return full("address", addresses.most());
    }
    place.address = key;
    return null;
  }

  /**
   * Why somebody who is known now may have no connection; null where he may, and has a place from
   * now on.
   *
   * @param named the device that the client names, where its token names none
   */
  public @Nullable Refusal identify(
      Identity who, @Nullable String named, Place place, long nowNanos) {
    place.isKnown = true;
    if (limits.handshakesPerTenant() > 0) {
      long waitMs = tenantGates.take(who.tenant(), nowNanos);
      if (waitMs > 0) {
        return new Refusal("tenant_rate", "this tenant connects too often", waitMs);
      }
    }
    if (!tenants.take(who.tenant())) {
      return full("tenant", tenants.most());
    }
    place.tenant = who.tenant();
    User user = new User(who.tenant(), who.user());
    if (!users.take(user)) {
      return full("user", users.most());
    }
    place.user = user;
    String device = who.device() == null ? named : who.device();
    if (device != null) {
      Device key = new Device(user, device);
      if (!devices.take(key)) {
        return full("device", devices.most());
      }
      place.device = key;
    }
    return null;
  }

  private static Refusal full(String whose, int most) {
    return new Refusal(
        whose + "_full",
        "this " + whose + " has " + most + " connections open, as many as it may: close one first",
        0);
  }

  /** Of the newer protocol a client has a whole network, and may come from any address of it. */
  private static String key(InetAddress address) {
    byte[] bytes = address.getAddress();
    return HexFormat.of()
        .formatHex(bytes.length > NETWORK_BYTES ? Arrays.copyOf(bytes, NETWORK_BYTES) : bytes);
  }

  /** Keys that are kept now, of all kinds. */
  int kept() {
    return addresses.keys() + tenants.keys() + users.keys() + devices.keys();
  }

  /** A place for a connection that comes, with nothing taken yet. */
  public Place place() {
    return new Place();
  }

  /**
   * What one connection has taken. Taken by one thread at a time; left once, by whichever comes
   * first of all that end a connection.
   */
  public final class Place {
    private final AtomicBoolean left = new AtomicBoolean();
    private volatile boolean isKnown;
    private volatile @Nullable String address;
    private volatile @Nullable String tenant;
    private volatile @Nullable User user;
    private volatile @Nullable Device device;

    private Place() {}

    /** Whether {@link Guests#identify} has been asked. */
    public boolean isKnown() {
      return isKnown;
    }

    /** Gives all of it back; does nothing the second time. */
    public void leave() {
      if (left.compareAndSet(false, true)) {
        give(addresses, address);
        give(tenants, tenant);
        give(users, user);
        give(devices, device);
      }
    }

    private static <K> void give(Tally<K> tally, @Nullable K key) {
      if (key != null) {
        tally.give(key);
      }
    }
  }
}
