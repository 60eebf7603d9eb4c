/**
 * Gives every committed row its place: epoch, seq and chain. In the order of an event's way:
 *
 * <ol>
 *   <li>{@code dedupe}: is the row new?
 *   <li>{@code number}: which seq and chain does it get?
 *   <li>{@code emit}: event, repeat or dead letter.
 *   <li>{@code deadletter}: how a dead letter is marked.
 *   <li>{@code topology}: the decisions carried out, exactly once.
 *   <li>{@code store}: the history store, built from the committed events; the catch-up service
 *       runs it.
 * </ol>
 *
 * Reads: {@code tailrace.outbox}. Writes: {@code tailrace.events}, {@code tailrace.deadletter}.
 * Thread: Kafka Streams' own. Bound: per package. When full: per package. Fails: replaces a thread
 * that lost Kafka; ends on a state that does not belong to the log.
 */
@NullMarked
package io.tailrace.sequencer;

import org.jspecify.annotations.NullMarked;
