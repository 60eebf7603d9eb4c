package io.tailrace.schemas.contract;

import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.token.Identity;

/** Who may do something in a channel, as far as token and name decide it. */
public enum Right {
  /** Every user of the tenant. */
  TENANT("tenant"),
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

  /** Whether the identity has the right in the channel; never across tenants. */
  public boolean allows(Identity identity, Channel channel) {
    if (!identity.mayUse(channel)) {
      return false;
    }
    return switch (this) {
      case TENANT -> true;
      case PUBLISHERS -> identity.roles().contains(Identity.PUBLISHER);
      case ADMINS -> identity.roles().contains(Identity.ADMIN);
      case OWNER -> identity.user().equals(channel.id());
      case NOBODY -> false;
    };
  }
}
