/**
 * Carries the questions of a subscribe to the stores: HTTP to a catch-up replica. Reads: questions
 * of all shards, through one bounded queue. Writes: answers into the inbox of the shard that asked.
 * Thread: some virtual threads, each with one request under way. Bound: questions waiting, requests
 * under way, questions per request, time per request. When full: the question is answered {@code
 * not_ready} at once. Fails: a replica that cannot be reached is {@code not_ready} for the client.
 */
@NullMarked
package io.tailrace.gateway.join;

import org.jspecify.annotations.NullMarked;
