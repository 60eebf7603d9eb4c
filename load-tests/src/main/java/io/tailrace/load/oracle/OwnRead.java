package io.tailrace.load.oracle;

import java.util.UUID;

/**
 * An author's read of its own acknowledged write, with {@code minSeq} = the promised seq; {@code
 * found} says whether the answer had it.
 */
public record OwnRead(UUID id, long seq, boolean found) {}
