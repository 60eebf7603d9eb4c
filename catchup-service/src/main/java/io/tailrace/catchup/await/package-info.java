/**
 * Waiting for the store to get somewhere. Reads: the store's progress. Writes: nothing. Thread:
 * waits on virtual threads, woken by Streams' threads. Bound: waits at once, by setting; every wait
 * has a deadline. When full: {@code overloaded}. Fails: never.
 */
@NullMarked
package io.tailrace.catchup.await;

import org.jspecify.annotations.NullMarked;
