/**
 * The hub: carries ephemeral traffic between this gateway's shards and the ephemeral topics, and
 * lets the desks of {@link io.tailrace.gateway.ephemeral} decide. Reads: what shards say, the three
 * ephemeral topics and those mirrored from other regions, without a group. Writes: records of these
 * topics, frames to every shard. Thread: one of its own; shards only append to its inbox, and it
 * only to theirs, so that neither waits for the other. Bound: what is said and waits, records that
 * wait for Kafka in bytes and time, frames that wait for a shard. When full: what is said is
 * dropped and counted; who comes and goes is kept, as the last word on each. Fails: without Kafka
 * nothing ephemeral is shown, which a metric tells; events and the gateway's readiness do not
 * depend on it. It goes on by itself when Kafka is back.
 */
@NullMarked
package io.tailrace.gateway.hub;

import org.jspecify.annotations.NullMarked;
