/**
 * Takes writes and answers with the seq they got. The stages, in the order of an event's way:
 * {@code http > auth > admit > validate > commit > ack}; beside them {@code migrate} before the
 * first write and {@code retain} all along.
 *
 * <p>Reads: HTTP requests, {@code tailrace.events}. Writes: {@code tailrace.outbox}, {@code
 * tailrace.written}. Thread: see the stages. Bound: see the stages. When full: 503 with
 * Retry-After. Fails: at the start, by an exception that says what to do; later, by an answer.
 */
@NullMarked
package io.tailrace.write;

import org.jspecify.annotations.NullMarked;
