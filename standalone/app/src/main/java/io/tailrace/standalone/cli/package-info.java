/**
 * The command line. Reads: arguments, {@code TAILRACE_TOKEN}, {@code TAILRACE_URL}. Writes: results
 * on standard output, all else on standard error. Thread: main. Bound: as the command says. When
 * full: does not apply. Fails: exit 1 with one line; exit 2 for wrong use.
 */
@NullMarked
package io.tailrace.standalone.cli;

import org.jspecify.annotations.NullMarked;
