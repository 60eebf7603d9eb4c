/**
 * Those who act on a running system and write down what they saw: writers, subscribers, readers,
 * and PostgreSQL's own commit order.
 *
 * <p>Reads: the public interfaces (HTTP, WebSocket, SSE, SQL, logical replication). Writes: {@link
 * io.tailrace.load.driver.Ledger}. Thread: each driver has its own (virtual) thread; the ledger
 * takes them all. Bound: the rate and the time of the scenario. When full: a driver waits for its
 * answer before it goes on, so the system under test sets the pace. Fails: a lost server is an
 * outcome that is retried until the scenario's end; an answer that the protocol does not know is a
 * {@link io.tailrace.load.driver.ProtocolViolation}.
 */
@NullMarked
package io.tailrace.load.driver;

import org.jspecify.annotations.NullMarked;
