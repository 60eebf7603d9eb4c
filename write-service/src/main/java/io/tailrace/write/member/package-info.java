/**
 * Who belongs to a channel: changes and reads {@code tailrace.member}, one transaction each, in
 * which the database decides whether the caller may. Reads: {@code tailrace.member}, {@code
 * tailrace.closed}. Writes: these, {@code tailrace.channel} and an event in {@code
 * tailrace.outbox}. Thread: any, which blocks. Bound: changes and reads under way, the wait for a
 * lock, the length of a page. When full: told as such, the caller answers 503. Fails: a transaction
 * that loses to another one is tried again some times; a lost connection leaves the outcome open,
 * and the same request decides it.
 */
@NullMarked
package io.tailrace.write.member;

import org.jspecify.annotations.NullMarked;
