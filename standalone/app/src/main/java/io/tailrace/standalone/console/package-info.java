/**
 * What the page at {@code /console} shows: rates and lag at every hop, channels, connections,
 * contracts, and where one event went. For administrators; of a tenant's channels and users only
 * those of the token.
 *
 * <p>Reads: the services' metrics, Kafka's offsets and topics, the gateway's shards. Writes:
 * nothing. Thread: a virtual one per request. Bound: lists by number; Kafka is asked once in two
 * seconds however many look, and two look-ups at once read topics, each so many records and so far
 * back. When full: refused as {@code overloaded}. Fails: what cannot be asked is left out and said.
 * Nothing runs while nobody looks.
 */
@NullMarked
package io.tailrace.standalone.console;

import org.jspecify.annotations.NullMarked;
