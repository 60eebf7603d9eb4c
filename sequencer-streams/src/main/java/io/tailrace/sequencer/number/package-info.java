/**
 * Second stage: gives a row its place in the channel. Reads: the channel's state. Writes: nothing.
 * Thread: any; pure. Bound: one state of 20 bytes per channel. When full: does not apply. Fails:
 * with {@link io.tailrace.sequencer.number.StepBackException} where an epoch would go back.
 */
@NullMarked
package io.tailrace.sequencer.number;

import org.jspecify.annotations.NullMarked;
