/**
 * A connection's queue by priority. Reads: references to frames from the fan-out. Writes: buffers
 * for one gathering write. Thread: the I/O thread that owns the connection. Bound: bytes per
 * connection, entries counted in. When full: the offer is refused, and the fan-out ends the
 * subscription with {@code behind}; answers have a bound of their own, and who overruns it is
 * closed with 4409. Fails: never.
 */
@NullMarked
package io.tailrace.gateway.lane;

import org.jspecify.annotations.NullMarked;
