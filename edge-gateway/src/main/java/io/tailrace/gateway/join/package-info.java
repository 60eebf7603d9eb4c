/**
 * Carries the questions of a subscribe to the stores: HTTP to a catch-up replica. Reads: questions
 * of all shards, in one lane per partition. Writes: answers into the inbox of the shard that asked.
 * Thread: a virtual one that sends what is due, and one for each request under way. Bound:
 * registrations waiting, requests under way in all and per lane, questions per request, time per
 * request. When full: the question is answered {@code not_ready} at once. Fails: a replica that
 * cannot be reached is {@code not_ready} for the client.
 */
@NullMarked
package io.tailrace.gateway.join;

import org.jspecify.annotations.NullMarked;
