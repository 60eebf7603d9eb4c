/**
 * What a person types: {@code verify}, {@code chaos}, {@code replay}, {@code bench}.
 *
 * <p>Reads: arguments and the installation's data folder. Writes: results on standard output,
 * progress on standard error. Thread: the caller's. Bound: every option has limits. When full: does
 * not apply. Fails: exit code 1 with one line that says what was found or what is missing, 2 for
 * wrong use.
 */
@NullMarked
package io.tailrace.load.command;

import org.jspecify.annotations.NullMarked;
