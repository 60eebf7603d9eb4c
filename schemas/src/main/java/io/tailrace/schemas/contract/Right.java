package io.tailrace.schemas.contract;

import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.token.Identity;

/**
 * Who may do something in a channel. Token and name decide the most of it; where {@link
 * #asksMembership} says so, the channel's own members decide the rest.
 */
public enum Right {
  /** Every user of the tenant while the channel has had no members; from then on its members. */
  TENANT("tenant"),
  /** The channel's members. */
  MEMBERS("members"),
  /** Tokens with the role {@code publisher}. */
  PUBLISHERS("publishers"),
  /** Tokens with the role {@code admin}. */
  ADMINS("admins"),
  /** The user whose name is the channel's id. */
  OWNER("owner"),
  /** Nobody: the kind does not have it. */
  NOBODY("nobody");

  private final String word;

  Right(String word) {
    this.word = word;
  }

  /** The word in a contract. */
  public String word() {
    return word;
  }

  /** Whether what a channel's members are, or that it has none, decides beside the token. */
  public boolean asksMembership() {
    return this == TENANT || this == MEMBERS;
  }

  /**
   * Whether the token gives the right in the channel; never across tenants. True is the whole
   * answer only where the right does not ask for membership.
   */
  public boolean allows(Identity identity, Channel channel) {
    if (!identity.mayUse(channel)) {
      return false;
    }
    return switch (this) {
      case TENANT, MEMBERS -> true;
      case PUBLISHERS -> identity.roles().contains(Identity.PUBLISHER);
      case ADMINS -> identity.roles().contains(Identity.ADMIN);
      case OWNER -> identity.user().equals(channel.id());
      case NOBODY -> false;
    };
  }
}
