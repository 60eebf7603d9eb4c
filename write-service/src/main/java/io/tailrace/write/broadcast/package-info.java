/**
 * One event to many channels: a job is accepted in one transaction with its row of the audit, and
 * carried out in chunks, each of which commits its events together with how far the job is. Reads:
 * {@code tailrace.broadcast}. Writes: it, {@code tailrace.outbox}, {@code tailrace.audit}. Thread:
 * a job is accepted on its caller's; one thread per process carries jobs out, and several processes
 * never hold the same job. Bound: channels of a job, open jobs of a tenant, channels per commit.
 * When full: a job is refused with 429. Fails: a chunk that fails leaves nothing and is repeated;
 * what the database refuses ends the job as failed, with the reason in its row and in the audit.
 *
 * <p>An administrator's word goes where the token may go: channels that are closed to others are
 * written too, and channels that are not there yet come to be, in kinds where somebody else than
 * their owner may make them.
 */
@NullMarked
package io.tailrace.write.broadcast;

import org.jspecify.annotations.NullMarked;
