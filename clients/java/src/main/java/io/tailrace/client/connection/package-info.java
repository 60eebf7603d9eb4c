/**
 * What a client does with its connection: a pure state machine, no I/O, no clock, no randomness.
 *
 * <ul>
 *   <li>Reads: {@link io.tailrace.client.connection.ConnectionInput} and the moment it is handed.
 *   <li>Writes: {@link io.tailrace.client.connection.ConnectionAction}, carried out by the caller.
 *   <li>Thread: none of its own; states are values.
 *   <li>Bound: two links at most, the second one only while the first is left.
 *   <li>When full: a further reason to leave does nothing.
 *   <li>Fails: never; what does not work is tried again with growing, jittered pauses.
 * </ul>
 */
@NullMarked
package io.tailrace.client.connection;

import org.jspecify.annotations.NullMarked;
