/**
 * What has been read: by whom in a channel, and by one in all their channels. Reads: receipts and
 * heads in views of the store, other processes' answers for the partitions that are not here.
 * Writes: JSON. Thread: the request's, beside it one virtual one per process asked. Bound: readers
 * and channels per answer, rows looked at for it, gatherings at once. When full: an answer ends
 * early and says where it goes on; {@code overloaded}. Fails: while one partition is not readable
 * anywhere, {@code not_ready}: an answer is whole or none.
 */
@NullMarked
package io.tailrace.catchup.receipt;

import org.jspecify.annotations.NullMarked;
