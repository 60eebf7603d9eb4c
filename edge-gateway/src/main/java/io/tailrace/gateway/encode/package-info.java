/**
 * Makes a frame of an event, once. Reads: records of {@code tailrace.events}. Writes: frames, in
 * the form of a WebSocket and, when somebody asks, of an event stream. Thread: the tail thread
 * makes them, any thread reads them. Bound: the size of one event, which the write path caps. When
 * full: does not apply. Fails: a record that is no event is refused with its reason and counted,
 * never sent.
 */
@NullMarked
package io.tailrace.gateway.encode;

import org.jspecify.annotations.NullMarked;
