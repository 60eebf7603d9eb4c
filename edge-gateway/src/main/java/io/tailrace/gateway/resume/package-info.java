/**
 * The resume window: recent frames of every active channel, from which a reconnect is answered.
 * Reads: frames in feed order, per partition. Writes: nothing. Thread: the one that owns the
 * windows. Bound: age and bytes over all channels. When full: the oldest frames go, and the offset
 * from which a window is complete moves. Fails: never; what cannot be compared begins anew.
 */
@NullMarked
package io.tailrace.gateway.resume;

import org.jspecify.annotations.NullMarked;
