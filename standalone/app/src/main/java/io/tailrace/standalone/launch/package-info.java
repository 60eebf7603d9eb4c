/**
 * Starts and stops the whole system. Reads: the data folder. Writes: keys and addresses in the data
 * folder. Thread: the caller's; what can start in parallel does, on virtual threads. Bound: every
 * stop has a deadline. When full: does not apply. Fails: with one line that names the part.
 */
@NullMarked
package io.tailrace.standalone.launch;

import org.jspecify.annotations.NullMarked;
