/**
 * A connection's queue by priority. Reads: references to frames from the fan-out. Writes: buffers
 * for one gathering write. Thread: the I/O thread that owns the connection; what all queues hold
 * together is known to all threads. Bound: bytes and entries per connection, a share of them for
 * each ephemeral lane, bytes for all connections together. When full: a later frame of the same key
 * takes the place of an earlier one, then entries are shed from the lowest lane up, then the offer
 * of events is refused, and the fan-out ends the subscription with {@code behind}; answers have a
 * bound of their own, and who overruns it is closed with 4409. Fails: never.
 */
@NullMarked
package io.tailrace.gateway.lane;

import org.jspecify.annotations.NullMarked;
