/**
 * How much of the same may begin at once: handshakes, resumes; and how many connections one
 * address, tenant, user or device may have. Reads: the clock that is handed in. Writes: nothing.
 * Thread: any, one lock held for a few additions. Bound: a rate and a burst, places, the addresses
 * and tenants whose rates are remembered. When full: whoever comes is told a time of its own, so
 * that the herd comes back spread; who has no place is told whose bound it is. Fails: never.
 */
@NullMarked
package io.tailrace.gateway.admit;

import org.jspecify.annotations.NullMarked;
