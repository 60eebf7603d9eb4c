/**
 * Waiting for the store to get somewhere, and who may see what is there then. Reads: the store's
 * progress, its moments. Writes: nothing. Thread: waits on virtual threads, woken by Streams'
 * threads. Bound: waits at once, by setting; every wait has a deadline. When full: {@code
 * overloaded}. Fails: never.
 */
@NullMarked
package io.tailrace.catchup.await;

import org.jspecify.annotations.NullMarked;
