package io.tailrace.gateway.shard;

import io.tailrace.gateway.admit.Guests;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.token.Identity;
import org.jspecify.annotations.Nullable;

/** Whether there is a place for somebody who is known now. Any thread. */
@FunctionalInterface
public interface Seats {
  /** Why not; null where there is, and it is taken. */
  @Nullable Problem identify(Identity who, @Nullable String device, Guests.Place place);
}
