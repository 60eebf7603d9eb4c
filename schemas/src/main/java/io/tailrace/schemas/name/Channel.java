package io.tailrace.schemas.name;

import org.jspecify.annotations.Nullable;

/**
 * A channel, the scope of order: {@code kind:id} inside a tenant.
 *
 * <p>The grammar leaves no second spelling of a name: no upper case in tenant and kind, no escape,
 * no slash or colon inside a part, so that no encoding of one tenant's name can reach another's.
 *
 * @param tenant {@code [a-z0-9][a-z0-9-]{0,62}}
 * @param kind {@code [a-z][a-z0-9-]{0,31}}
 * @param id {@code [A-Za-z0-9._~-]{1,200}}
 */
public record Channel(String tenant, String kind, String id) {
  /** Longest tenant name, in characters. */
  public static final int TENANT_LENGTH_MAX = 63;

  /** Longest kind name, in characters. */
  public static final int KIND_LENGTH_MAX = 32;

  /** Longest channel id, in characters. */
  public static final int ID_LENGTH_MAX = 200;

  /**
   * Throws on a part that breaks the grammar.
   *
   * @throws IllegalArgumentException naming the part
   */
  public Channel {
    if (!isTenant(tenant)) {
      throw new IllegalArgumentException("not a tenant name");
    }
    if (!isKind(kind)) {
      throw new IllegalArgumentException("not a kind name");
    }
    if (!isId(id)) {
      throw new IllegalArgumentException("not a channel id");
    }
  }

  /** Parses {@code kind:id}; null where it is no channel name. */
  public static @Nullable Channel parse(String tenant, String name) {
    int colon = name.indexOf(':');
    if (colon < 0 || !isTenant(tenant)) {
      return null;
    }
    String kind = name.substring(0, colon);
    String id = name.substring(colon + 1);
    return isKind(kind) && isId(id) ? new Channel(tenant, kind, id) : null;
  }

  /** Parses {@code tenant/kind:id}; null where it is no full channel name. */
  public static @Nullable Channel parseFull(String full) {
    int slash = full.indexOf('/');
    return slash < 0 ? null : parse(full.substring(0, slash), full.substring(slash + 1));
  }

  /** The name inside the tenant: {@code kind:id}. */
  public String name() {
    return kind + ':' + id;
  }

  /** The full name, which is also the Kafka key: {@code tenant/kind:id}. */
  public String full() {
    return tenant + '/' + kind + ':' + id;
  }

  /** Whether the text is a tenant name. */
  public static boolean isTenant(String text) {
    if (text.isEmpty() || text.length() > TENANT_LENGTH_MAX || text.charAt(0) == '-') {
      return false;
    }
    return isLowerName(text);
  }

  /** Whether the text is a kind name. */
  public static boolean isKind(String text) {
    if (text.isEmpty() || text.length() > KIND_LENGTH_MAX) {
      return false;
    }
    char first = text.charAt(0);
    return first >= 'a' && first <= 'z' && isLowerName(text);
  }

  /** Whether the text is a channel id. */
  public static boolean isId(String text) {
    if (text.isEmpty() || text.length() > ID_LENGTH_MAX) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean plain = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
      if (!plain && c != '.' && c != '_' && c != '~' && c != '-') {
        return false;
      }
    }
    return true;
  }

  private static boolean isLowerName(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-')) {
        return false;
      }
    }
    return true;
  }
}
