/**
 * First stage: recognises rows that the log already holds. Reads: the last accepted position of the
 * partition. Writes: nothing. Thread: any; pure. Bound: one position per partition. When full: does
 * not apply. Fails: with {@link IllegalArgumentException} on bytes that are no stored position.
 */
@NullMarked
package io.tailrace.sequencer.dedupe;

import org.jspecify.annotations.NullMarked;
