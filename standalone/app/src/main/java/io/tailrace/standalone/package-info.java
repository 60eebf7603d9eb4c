/**
 * The whole system in one JVM, and the command line.
 *
 * <p>{@code embed} (a module of its own) holds PostgreSQL and Kafka; {@code launch} starts and
 * stops everything in order; {@code web} puts all paths on one port and serves the pages; {@code
 * console} is what the page for administrators asks; {@code doctor} looks at a running
 * installation; {@code cli} is what {@code ./tailrace} runs.
 *
 * <p>Reads: the data folder, arguments. Writes: the data folder, standard output. Thread: main, and
 * what the services start. Bound: as the services. When full: as the services. Fails: with one line
 * that says what to do, exit 1, or 2 for wrong use.
 */
@NullMarked
package io.tailrace.standalone;

import org.jspecify.annotations.NullMarked;
