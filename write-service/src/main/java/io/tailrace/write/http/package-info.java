/**
 * The address of writes: takes a request in, leads it through auth, admit, validate, commit and
 * ack, and answers. Reads: requests. Writes: answers. Thread: bodies are read on I/O threads, all
 * else runs on one virtual thread per request, which may block. Bound: a body's size, known before
 * it is read; requests under way by {@link io.tailrace.write.admit.Admission}. When full: 503 with
 * Retry-After. Fails: every fault is an answer of {@code application/problem+json}.
 */
@NullMarked
package io.tailrace.write.http;

import org.jspecify.annotations.NullMarked;
