package io.tailrace.schemas.token;

import io.tailrace.schemas.name.Channel;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who speaks, as a verified token says.
 *
 * @param tenant the only source of a tenant's name
 * @param user {@code sub}
 * @param device the token's device, where it names one; else the client's, where that does
 * @param roles such as {@code publisher}, {@code admin}
 * @param channelPatterns channel names this token may use, {@code *} standing for any rest at the
 *     end of a pattern; null for all
 * @param exp when the token ends
 */
public record Identity(
    String tenant,
    String user,
    @Nullable String device,
    Set<String> roles,
    @Nullable List<String> channelPatterns,
    Instant exp) {
  /** May write where the contract asks for publishers. */
  public static final String PUBLISHER = "publisher";

  /** May administer the tenant. */
  public static final String ADMIN = "admin";

  /** Copies the collections. */
  public Identity {
    roles = Set.copyOf(roles);
    channelPatterns = channelPatterns == null ? null : List.copyOf(channelPatterns);
  }

  /** The same user on a device that the client names; where the token names one, on that. */
  public Identity on(@Nullable String named) {
    return device != null || named == null
        ? this
        : new Identity(tenant, user, named, roles, channelPatterns, exp);
  }

  /** Whether the token may use the channel at all; what the contract allows is asked beside. */
  public boolean mayUse(Channel channel) {
    if (!channel.tenant().equals(tenant)) {
      return false;
    }
    if (channelPatterns == null) {
      return true;
    }
    String name = channel.name();
    for (String pattern : channelPatterns) {
      boolean open = pattern.endsWith("*");
      if (open
          ? name.startsWith(pattern.substring(0, pattern.length() - 1))
          : name.equals(pattern)) {
        return true;
      }
    }
    return false;
  }
}
