/**
 * Load, faults and the oracle: the commands that check Tailrace from the outside and measure it.
 *
 * <p>Stages: {@code command} (what a person types) starts a {@code scenario} (what happens in which
 * order), which runs {@code driver}s (writers, subscribers, readers, PostgreSQL's own commit order)
 * and {@code fault}s (processes that are killed), and hands what they saw to the {@code oracle},
 * which is pure. {@code replay} writes recorded traffic ({@code trace}) again. {@code bench}
 * measures how fast all that is.
 *
 * <p>Reads: nothing itself. Writes: nothing itself. Thread: the caller's. Bound: the commands here.
 * When full: does not apply. Fails: never.
 */
@NullMarked
package io.tailrace.load;

import org.jspecify.annotations.NullMarked;
