/**
 * Recorded traffic: when, which channel, which author, how many bytes.
 *
 * <p>Reads: a CSV file, plain or gzip, line by line. Writes: {@link
 * io.tailrace.load.trace.Message}s. Thread: the caller's. Bound: one line at a time. When full:
 * does not apply. Fails: {@link io.tailrace.load.trace.TraceException} names file, line and reason.
 */
@NullMarked
package io.tailrace.load.trace;

import org.jspecify.annotations.NullMarked;
