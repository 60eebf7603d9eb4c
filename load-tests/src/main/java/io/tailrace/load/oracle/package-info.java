/**
 * Decides whether what everybody saw agrees with what PostgreSQL committed.
 *
 * <p>Reads: per channel the committed list (from the WAL, in commit order), acknowledgements,
 * roll-backs, and what every witness saw. Writes: one {@link io.tailrace.load.oracle.Verdict}.
 * Thread: {@link io.tailrace.load.oracle.Oracle} is pure; the collecting classes say who may call
 * them. Bound: the run's own length; nothing is kept between runs. When full: a run is bounded by
 * its scenario. Fails: never; a contradiction is a value, {@link
 * io.tailrace.load.oracle.Counterexample}.
 */
@NullMarked
package io.tailrace.load.oracle;

import org.jspecify.annotations.NullMarked;
