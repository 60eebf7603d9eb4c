/**
 * What the gateway decides about ephemeral traffic: signals, presence, receipts. Reads: what
 * clients of this gateway say, records of the ephemeral topics. Writes: records of those topics,
 * frames for the lanes below events. Thread: the hub's, one per gateway; nothing here does I/O or
 * knows a clock. Bound: each kind of traffic has its own, in what is remembered and in what is
 * written in a time. When full: the latest is kept, the rest is dropped and counted. Fails: never;
 * what is lost is told again or expires.
 */
@NullMarked
package io.tailrace.gateway.ephemeral;

import org.jspecify.annotations.NullMarked;
