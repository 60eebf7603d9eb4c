/**
 * The running system that a command acts on: where it listens, who may use it.
 *
 * <p>Reads: the data folder ({@code tailrace.properties}, keys). Writes: nothing. Thread: the
 * caller's; what is handed out is safe for all. Bound: does not apply. When full: does not apply.
 * Fails: a system that does not run is a {@link io.tailrace.standalone.cli.CommandException} that
 * says how to start one.
 */
@NullMarked
package io.tailrace.load.target;

import org.jspecify.annotations.NullMarked;
