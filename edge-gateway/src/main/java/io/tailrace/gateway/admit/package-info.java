/**
 * How much of the same may begin at once: handshakes, resumes. Reads: the clock that is handed in.
 * Writes: nothing. Thread: any, one lock held for a few additions. Bound: a rate and a burst. When
 * full: whoever comes is told a time of its own, so that the herd comes back spread. Fails: never.
 */
@NullMarked
package io.tailrace.gateway.admit;

import org.jspecify.annotations.NullMarked;
