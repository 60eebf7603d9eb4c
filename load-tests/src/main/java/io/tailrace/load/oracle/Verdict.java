package io.tailrace.load.oracle;

/** What the oracle found. */
public sealed interface Verdict {

  /** Every list is the same list. */
  record Holds(long channels, long events, long acknowledged, long sightings) implements Verdict {}

  /** They are not, and this is the first difference. */
  record Broken(Counterexample counterexample) implements Verdict {}
}
