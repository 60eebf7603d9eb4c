/**
 * From Debezium's records to rows with positions. Reads: Connect records of the outbox table, in
 * stream order. Writes: nothing; answers with values. Thread: one, the engine's. Bound: one
 * transaction's position, one formatted time. When full: does not apply. Fails: {@link
 * IllegalStateException} where the stream breaks what positions rest on; the process must end then.
 */
@NullMarked
package io.tailrace.relay.translate;

import org.jspecify.annotations.NullMarked;
