/**
 * What this service counts. Reads: nothing. Writes: the registry that it was given. Thread: any.
 * Bound: the meters are fixed; no label carries a channel or user. When full: does not apply.
 * Fails: never.
 */
@NullMarked
package io.tailrace.write.measure;

import org.jspecify.annotations.NullMarked;
