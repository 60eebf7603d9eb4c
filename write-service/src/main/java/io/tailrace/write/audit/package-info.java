/**
 * What administrators, members and keys did, as rows of {@code tailrace.audit}, which nobody can
 * change. Reads: that table, the ring of keys. Writes: rows, in the transaction of what they tell;
 * {@code tailrace.key_known}. Thread: a row is written on its caller's; keys are looked at on one
 * of its own. Bound: a page of the log, the length of a reason. When full: the next page goes on.
 * Fails: with the transaction; a look at keys that fails is repeated.
 */
@NullMarked
package io.tailrace.write.audit;

import org.jspecify.annotations.NullMarked;
