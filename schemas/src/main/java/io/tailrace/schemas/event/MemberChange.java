package io.tailrace.schemas.event;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an event of a channel says about who belongs to it. Types that begin with {@code member.}
 * are Tailrace's own: {@code member.set} with the data {@code {"role": …}} and {@code
 * member.removed}, both of the entity {@code member:<user>}.
 *
 * @param user the one it is about
 * @param role the role from here on; null: none, they are removed
 */
public record MemberChange(String user, @Nullable String role) {
  /** Type of the event that adds somebody or changes the role. */
  public static final String SET = "member.set";

  /** Type of the event that removes somebody. */
  public static final String REMOVED = "member.removed";

  /** What the entity of such an event begins with, before the user. */
  public static final String ENTITY = "member:";

  /** Characters of a user at most, so that the entity keeps within its own bound. */
  public static final int USER_LENGTH_MAX = 193;

  /** The role of one who was set without a readable role: they may read and nothing else. */
  public static final String UNREADABLE = "?";

  private static final String RESERVED = "member.";
  private static final Pattern ROLE = Pattern.compile("[a-z][a-z0-9-]{0,31}");
  private static final JsonMapper JSON = new JsonMapper();

  /** Whether a type is Tailrace's own: nobody may publish it as an event of a product. */
  public static boolean isReserved(String type) {
    return type.startsWith(RESERVED);
  }

  /** Whether an entity is Tailrace's own. */
  public static boolean isReservedEntity(String entity) {
    return entity.startsWith(ENTITY);
  }

  /** Whether a text can be a role: a small letter, then at most 31 of {@code a-z 0-9 -}. */
  public static boolean isRole(String text) {
    return ROLE.matcher(text).matches();
  }

  /**
   * Reads it from an event; null where the event is about no member. Cheap for all others. An event
   * that sets somebody without a readable role gives them {@link #UNREADABLE}: it closes the
   * channel, which errs on the safe side.
   */
  public static @Nullable MemberChange of(Envelope envelope, byte[] data) {
    String entity = envelope.entity();
    if (!envelope.type().startsWith(RESERVED)
        || entity == null
        || !entity.startsWith(ENTITY)
        || entity.length() == ENTITY.length()) {
      return null;
    }
    String user = entity.substring(ENTITY.length());
    return switch (envelope.type()) {
      case SET -> new MemberChange(user, roleOf(data));
      case REMOVED -> new MemberChange(user, null);
      default -> null;
    };
  }

  private static String roleOf(byte[] data) {
    try {
      JsonNode role = JSON.readTree(data).path("role");
      return role.isTextual() && isRole(role.textValue()) ? role.textValue() : UNREADABLE;
    } catch (IOException _) {
      return UNREADABLE;
    }
  }
}
