/**
 * What must hold between PostgreSQL's slot and Kafka's log before a row is carried. Reads: the
 * slot's state, rows of the outbox by id, the ends of the outbox topic. Writes: the slot once, at
 * the first install, and small WAL messages that let it move on. Thread: the lead's. Bound: the
 * last records of each partition. When full: does not apply. Fails: {@link
 * io.tailrace.relay.slot.SlotException}, whose text names the repair.
 */
@NullMarked
package io.tailrace.relay.slot;

import org.jspecify.annotations.NullMarked;
