/**
 * Snapshots: the latest event of every entity, in parts. Reads: the store. Writes: JSON. Thread:
 * the request's. Bound: 500 entities and 4 MiB a part. When full: the next part. Fails: refusals
 * are values.
 */
@NullMarked
package io.tailrace.catchup.snapshot;

import org.jspecify.annotations.NullMarked;
