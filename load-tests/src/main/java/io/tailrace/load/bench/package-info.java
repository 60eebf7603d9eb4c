/**
 * Measures a running system: latency from the commit to the socket, single writes over HTTP,
 * batches over SQL, fan-out, and a storm of reconnects. Reads: the system's data folder, /proc.
 * Writes: channels {@code chat:bench-*}. Thread: the command's, one per writing connection, and one
 * that reads all sockets. Bound: every run has a given time and number of events. When full: a
 * generator that cannot keep its schedule says so, and latencies count from the schedule. Fails:
 * with what did not arrive.
 */
@NullMarked
package io.tailrace.load.bench;

import org.jspecify.annotations.NullMarked;
