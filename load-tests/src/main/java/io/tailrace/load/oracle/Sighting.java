package io.tailrace.load.oracle;

import java.util.UUID;

/**
 * One event as a witness saw it.
 *
 * @param content a 64-bit hash over id, type, entity, author, time and data, as {@link
 *     Reference#contentOf} computes it
 */
public record Sighting(long seq, UUID id, long chain, long content, Via via) {}
