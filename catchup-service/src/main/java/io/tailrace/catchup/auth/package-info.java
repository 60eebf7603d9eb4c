/**
 * Who may read: by token and contract first, by the channel's members in the moment that is read
 * from. Reads: tokens, contracts, members in a view of the store. Writes: nothing. Thread: any.
 * Bound: token length. When full: does not apply. Fails: refusals are values, and alike for what is
 * hidden and what is not there.
 */
@NullMarked
package io.tailrace.catchup.auth;

import org.jspecify.annotations.NullMarked;
