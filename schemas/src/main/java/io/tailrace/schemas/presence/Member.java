package io.tailrace.schemas.presence;

import io.tailrace.schemas.event.Times;
import io.tailrace.schemas.frame.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A user in a channel, all devices and tabs in one.
 *
 * @param device the device that tells most: in any other mode than away, then the one that last
 *     said something new; null where it has no name
 * @param mode that device's
 * @param sinceMs since when, in milliseconds since 1970
 * @param lastSeenMs when any of the devices was last heard; as old as the digest it stands in
 * @param data that device's; null for nothing
 */
public record Member(
    String user,
    @Nullable String device,
    String mode,
    long sinceMs,
    long lastSeenMs,
    @Nullable String data) {
  /** Whether there is nothing new to tell; being seen again is not. */
  public boolean tellsTheSame(Member other) {
    return user.equals(other.user)
        && mode.equals(other.mode)
        && Objects.equals(device, other.device)
        && Objects.equals(data, other.data);
  }

  /** As one who has left. */
  public Member gone() {
    return new Member(user, device, Device.GONE, sinceMs, lastSeenMs, null);
  }

  /** Appends {@code {"user","device"?,"mode","since","lastSeen","data"?}}. */
  public void writeTo(JsonText out) {
    out.ascii("{\"user\":").string(user);
    if (device != null) {
      out.ascii(",\"device\":").string(device);
    }
    out.ascii(",\"mode\":").string(mode);
    out.ascii(",\"since\":").string(Times.micros(sinceMs * 1000));
    out.ascii(",\"lastSeen\":").string(Times.micros(lastSeenMs * 1000));
    if (data != null) {
      out.ascii(",\"data\":").raw(data.getBytes(StandardCharsets.UTF_8));
    }
    out.put('}');
  }

  /** Appends a list of members. */
  public static void writeAll(JsonText out, Iterable<Member> members) {
    out.put('[');
    String separator = "";
    for (Member member : members) {
      member.writeTo(out.ascii(separator));
      separator = ",";
    }
    out.put(']');
  }
}
