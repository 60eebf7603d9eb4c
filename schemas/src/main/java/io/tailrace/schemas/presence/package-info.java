/**
 * Who is here: what gateways tell each other about the people in a channel, and the one way in
 * which that is put together, for gateways and for the catch-up service. Reads: digests, the
 * records of the topic of presence. Writes: rooms and members, as JSON where asked. Thread: the
 * caller's; a book and its rooms are owned by one. Bound: the devices that a book remembers. When
 * full: a digest that brings more is refused, and tried again by its gateway's next one. Fails: a
 * record that is no digest is told as such.
 *
 * <p>There is no clock here, and none of two machines is ever compared with another where it
 * decides who is here: ages are counted by the reader from when it read a digest, on a clock that
 * only goes forward. Times of day in members are for people.
 */
@NullMarked
package io.tailrace.schemas.presence;

import org.jspecify.annotations.NullMarked;
