/**
 * How much is under way at once. Reads: which tenant a token is known to be of. Writes: counters.
 * Thread: any. Bound: requests under way and the bytes of their bodies, for all together, and for a
 * tenant what is free at the moment. When full: refused, the caller answers 503. Fails: never.
 */
@NullMarked
package io.tailrace.write.admit;

import org.jspecify.annotations.NullMarked;
