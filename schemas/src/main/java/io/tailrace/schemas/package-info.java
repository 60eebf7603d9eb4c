/**
 * The shared language of Tailrace, in the order in which an event meets it.
 *
 * <ol>
 *   <li>{@code name}: tenants, kinds, channels.
 *   <li>{@code contract}: what each kind of channel promises.
 *   <li>{@code token}: who speaks.
 *   <li>{@code event}: envelope, position, seq, chain.
 *   <li>{@code topic}: how an event lies in Kafka.
 *   <li>{@code frame}: how it crosses a socket.
 *   <li>{@code presence}: who is here, as gateways tell each other and everybody else.
 *   <li>{@code problem}: how a refusal reads.
 *   <li>{@code config}, {@code http}, {@code log}: how every service is set, served and read.
 * </ol>
 *
 * Reads: contract files, key files, settings. Writes: nothing. Thread: any; types are immutable
 * unless they say otherwise. Bound: every parser has one. When full: a refusal, as a value. Fails:
 * with the name of what is at fault.
 */
@NullMarked
package io.tailrace.schemas;

import org.jspecify.annotations.NullMarked;
