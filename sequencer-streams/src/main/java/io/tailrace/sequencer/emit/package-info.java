/**
 * Third stage: the one decision about each record of the outbox topic. Reads: the partition's last
 * position, the channel's state, the record. Writes: nothing; the topology carries the decision
 * out. Thread: any; pure, so that a replay decides the same. Bound: {@link
 * io.tailrace.sequencer.emit.Sequencing#EVENT_BYTES_MAX}. When full: dead letter. Fails: only where
 * the stored state cannot belong to this log.
 */
@NullMarked
package io.tailrace.sequencer.emit;

import org.jspecify.annotations.NullMarked;
