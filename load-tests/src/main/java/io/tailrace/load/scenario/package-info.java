/**
 * What happens in a run, in which order: who writes, who reads, who is disturbed, when it ends,
 * what is judged.
 *
 * <p>Reads: a {@link io.tailrace.load.driver.Target}. Writes: a result as a record, and progress to
 * a listener. Thread: the caller's, which waits for the run's end. Bound: time and rate are options
 * with upper limits. When full: a slow system slows its writers. Fails: what must not happen ends
 * the run with a counterexample; a system that cannot be reached at the start is an exception that
 * says so.
 */
@NullMarked
package io.tailrace.load.scenario;

import org.jspecify.annotations.NullMarked;
