package io.tailrace.load.oracle;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a writer was promised.
 *
 * @param how the writer's way, for counterexamples ({@code POST}, {@code transaction}, {@code
 *     tailrace.publish}, {@code COPY})
 * @param place the promised place, or null where the answer promised only the commit (202, SQL)
 */
public record Acknowledgement(UUID id, String how, @Nullable Place place) {

  /** A place in a channel's order. */
  public record Place(int epoch, long seq) {}
}
