package io.tailrace.client;

import org.jspecify.annotations.Nullable;

/**
 * An event to be written.
 *
 * @param data JSON text; its bytes are kept as they are
 * @param entity what the event is the latest state of, or null
 * @param id a UUID of your own, or null for one of the server's
 */
public record Draft(String type, String data, @Nullable String entity, @Nullable String id) {
  /** Without entity and with an id of the server's. */
  public static Draft of(String type, String data) {
    return new Draft(type, data, null, null);
  }
}
