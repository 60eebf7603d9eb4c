/**
 * The address of administrators: broadcasts and the audit, of the caller's own tenant. Reads:
 * requests of tokens with the role {@code admin}. Writes: answers, jobs. Thread: bodies are read on
 * I/O threads, all else on one virtual thread per request. Bound: a body's size, bodies and
 * requests under way by {@link io.tailrace.write.admit.Admission}, questions to the database at
 * once, requests per second and tenant. When full: 503 or 429 with Retry-After. Fails: every fault
 * is an answer of {@code application/problem+json}.
 */
@NullMarked
package io.tailrace.write.admin;

import org.jspecify.annotations.NullMarked;
