/**
 * Outbox records to Kafka. Reads: translated rows. Writes: {@code tailrace.outbox}, and {@code
 * tailrace.deadletter} for what cannot be sent there. Thread: one sends; acks come on the
 * producer's. Bound: one batch in flight and the producer's buffer. When full: the sender waits, a
 * bounded time. Fails: a failed send halts the process inside its callback, so that nothing is
 * appended behind it.
 */
@NullMarked
package io.tailrace.relay.publish;

import org.jspecify.annotations.NullMarked;
