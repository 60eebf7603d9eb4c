package io.tailrace.load.driver;

/**
 * A run's crew and the numbering that all its channels have, which nothing in a run changes.
 *
 * @param epoch told by the system at the start
 */
public record Numbered(Crew crew, int epoch) {}
