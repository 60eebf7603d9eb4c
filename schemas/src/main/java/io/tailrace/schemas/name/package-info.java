/**
 * Names: a channel is {@code tenant/kind:id}, and nothing else names anything. Reads: text. Writes:
 * nothing. Thread: any. Bound: the grammar's lengths. When full: does not apply. Fails: with null
 * for what is no name.
 */
@NullMarked
package io.tailrace.schemas.name;

import org.jspecify.annotations.NullMarked;
