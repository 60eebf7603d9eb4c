/**
 * Side stage: what cannot be sequenced, as a record of {@code tailrace.deadletter}. Reads: the
 * record and the decision. Writes: headers of the dead letter. Thread: any; pure. Bound: {@link
 * io.tailrace.sequencer.emit.Sequencing#EVENT_BYTES_MAX}. When full: the dead letter keeps key and
 * headers and drops the value, saying its size. Fails: never.
 */
@NullMarked
package io.tailrace.sequencer.deadletter;

import org.jspecify.annotations.NullMarked;
