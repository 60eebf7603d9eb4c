/**
 * What crosses a socket, both ways, as JSON. Reads: bytes of clients. Writes: bytes to clients.
 * Thread: any. Bound: nesting, name and list lengths. When full: the frame is refused. Fails: never
 * by exception; a refusal is a value.
 */
@NullMarked
package io.tailrace.schemas.frame;

import org.jspecify.annotations.NullMarked;
