/**
 * How much may be written per second: by one user in a kind, and by one tenant in a kind, as the
 * contracts say. Reads: contracts, a clock. Writes: token buckets. Thread: any. Bound: one bucket
 * per tenant and kind, and a number of users' buckets beside each. A bucket that is full again says
 * nothing and is forgotten; one that is not full is never forgotten to make room, so that nobody
 * gets a fresh one by making many. When full: users who are new to the kind share one user's rate
 * until others fall silent. Fails: never; a refusal is a value.
 */
@NullMarked
package io.tailrace.write.limit;

import org.jspecify.annotations.NullMarked;
