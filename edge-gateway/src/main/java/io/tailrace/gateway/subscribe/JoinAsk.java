package io.tailrace.gateway.subscribe;

import io.tailrace.schemas.token.Identity;
import org.jspecify.annotations.Nullable;

/**
 * What the stores are asked when a channel is subscribed to.
 *
 * @param number the registration that alone the answer completes
 * @param who the subscriber
 * @param channel {@code kind:id}
 * @param from the offset that the replica must have passed: the window is complete from here
 * @param minSeq the membership event that it must have, 0 for none
 * @param epoch the epoch that it must have reached, 0 for any
 * @param after where the client says to stand, null for live only
 */
public record JoinAsk(
    long number,
    Identity who,
    String channel,
    int partition,
    long from,
    long minSeq,
    int epoch,
    @Nullable Long after) {}
