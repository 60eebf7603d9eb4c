/**
 * How much is under way at once. Reads: nothing. Writes: two counters. Thread: any. Bound: requests
 * under way and the bytes of their bodies. When full: refused, the caller answers 503. Fails:
 * never.
 */
@NullMarked
package io.tailrace.write.admit;

import org.jspecify.annotations.NullMarked;
