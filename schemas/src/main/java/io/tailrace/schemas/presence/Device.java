package io.tailrace.schemas.presence;

import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a user in one channel, as its gateway tells it. Times are milliseconds since
 * 1970 by that gateway's clock.
 *
 * @param user who
 * @param device on what, where the client named it
 * @param session the connection; unique over all gateways
 * @param mode what they are doing: a word of the product's; {@link #AWAY} and {@link #GONE} have a
 *     meaning of their own
 * @param sinceMs since when the user has been here, over all connections that followed each other
 * @param saidMs when it last said something new
 * @param seenMs when it was last heard
 * @param open whether its connection is there; one that has gone is waited for, in case it comes
 *     back
 * @param data what the client said beside, JSON; null for nothing
 * @param over of one that has left: earlier connections of the same device that had gone, on any
 *     gateway, and are waited for no more
 */
public record Device(
    String user,
    @Nullable String device,
    String session,
    String mode,
    long sinceMs,
    long saidMs,
    long seenMs,
    boolean open,
    @Nullable String data,
    List<String> over) {
  /** Here, and not attending: said by the client, or found out from its silence. */
  public static final String AWAY = "away";

  /** Has left, and said so. */
  public static final String GONE = "gone";

  /** How many earlier connections are named. */
  static final int OVER_MAX = 16;

  /** Copies the list. */
  public Device {
    over = List.copyOf(over);
  }

  /** One that has not left. */
  public Device(
      String user,
      @Nullable String device,
      String session,
      String mode,
      long sinceMs,
      long saidMs,
      long seenMs,
      boolean open,
      @Nullable String data) {
    this(user, device, session, mode, sinceMs, saidMs, seenMs, open, data, List.of());
  }

  /** Any other word comes before away; what was said later before what was said earlier. */
  private static final Comparator<Device> TELLING =
      Comparator.comparing((Device device) -> !device.mode().equals(AWAY))
          .thenComparingLong(Device::saidMs)
          .thenComparing(Device::session);

  /** Whether it says that it has left. */
  public boolean isGone() {
    return mode.equals(GONE);
  }

  /** Whether this one tells what its user is doing, and not another one of the same user. */
  public boolean isToldRatherThan(Device other) {
    return open == other.open ? TELLING.compare(this, other) > 0 : open;
  }

  /** Whether it is this device of this user; one without a name is as good as another without. */
  boolean isPlace(String ofUser, @Nullable String ofDevice) {
    return user.equals(ofUser) && Objects.equals(device, ofDevice);
  }
}
