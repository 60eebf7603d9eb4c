/**
 * Who of several relays reads the slot. Reads: an advisory lock. Writes: that lock. Thread: the
 * lead's alone. Bound: one session. When full: does not apply. Fails: an {@link
 * java.sql.SQLException} after the lock was taken means that it may be lost, and ends the process.
 * The lock only keeps standbys waiting: what makes two relays at once harmless are the positions.
 */
@NullMarked
package io.tailrace.relay.lead;

import org.jspecify.annotations.NullMarked;
