package io.tailrace.client;

import java.util.concurrent.CompletableFuture;

/**
 * A write that the application may show at once, before it is committed.
 *
 * @param id what its event's id will be: when that event is delivered, show it in place of this
 * @param outcome completes once: with {@link Sent} when the write is committed, which is when the
 *     answer or the event comes, whichever is first (then just before the event is delivered), or
 *     with a {@link RefusedException} when it never will be. Completed on the client's thread.
 */
public record Sending(String channel, String id, Draft draft, CompletableFuture<Sent> outcome) {}
