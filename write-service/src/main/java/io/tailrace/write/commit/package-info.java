/**
 * Many writes, few commits: what is queued for a lane goes to PostgreSQL as one statement, which is
 * one transaction. Reads: {@link io.tailrace.write.commit.WriteUnit}s from the lanes' queues.
 * Writes: {@code tailrace.outbox} and {@code tailrace.written}. Thread: one per lane, which owns
 * its batch; callers only offer to a queue and hold a future. Bound: units queued per lane, of
 * which a tenant may have as many as there is room left; rows and bytes per batch. When full: the
 * offer is refused, the caller answers 503. Fails: a batch that fails is tried again unit by unit,
 * so that a bad write fails alone; a lost connection leaves the outcome open, which the second try
 * decides, since a row's key (id, created_at) is the same in it.
 */
@NullMarked
package io.tailrace.write.commit;

import org.jspecify.annotations.NullMarked;
