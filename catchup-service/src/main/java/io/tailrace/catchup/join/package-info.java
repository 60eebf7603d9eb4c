/**
 * The gateway's question at subscribe, answered from one position that has passed what the gateway
 * holds. Reads: the store. Writes: JSON. Thread: the request's. Bound: asks per request. When full:
 * refused. Fails: {@code not_ready} per ask.
 */
@NullMarked
package io.tailrace.catchup.join;

import org.jspecify.annotations.NullMarked;
