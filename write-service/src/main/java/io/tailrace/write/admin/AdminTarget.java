package io.tailrace.write.admin;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What an administrator's address names. */
sealed interface AdminTarget {
  /** Prefix of all of them. */
  String PREFIX = "/v1/admin/";

  /** {@code /v1/admin/broadcasts}. */
  record Broadcasts() implements AdminTarget {}

  /** {@code /v1/admin/broadcasts/{id}}. */
  record Broadcast(UUID id) implements AdminTarget {}

  /** {@code /v1/admin/audit}. */
  record Audit() implements AdminTarget {}

  /** Reads a path; null where there is nothing. */
  static @Nullable AdminTarget of(String path) {
    if (path.equals("/v1/admin/audit")) {
      return new Audit();
    }
    String broadcasts = "/v1/admin/broadcasts";
    if (path.equals(broadcasts)) {
      return new Broadcasts();
    }
    if (!path.startsWith(broadcasts + '/')) {
      return null;
    }
    String id = path.substring(broadcasts.length() + 1);
    try {
      UUID uuid = UUID.fromString(id);
      // The JDK also takes short forms.
      return uuid.toString().equalsIgnoreCase(id) ? new Broadcast(uuid) : null;
    } catch (IllegalArgumentException _) {
      return null;
    }
  }

  /** The methods that it takes. */
  default List<String> methods() {
    return switch (this) {
      case Broadcasts _ -> List.of("GET", "POST");
      case Broadcast _ -> List.of("GET", "DELETE");
      case Audit _ -> List.of("GET");
    };
  }
}
