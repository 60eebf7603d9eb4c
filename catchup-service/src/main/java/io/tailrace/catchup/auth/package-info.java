/**
 * Who may read. Reads: tokens, contracts. Writes: nothing. Thread: any. Bound: token length. When
 * full: does not apply. Fails: refusals are values, and alike for what is hidden and what is not
 * there.
 */
@NullMarked
package io.tailrace.catchup.auth;

import org.jspecify.annotations.NullMarked;
