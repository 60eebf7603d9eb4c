/**
 * Bytes to messages: frames, pages, problems.
 *
 * <ul>
 *   <li>Reads: UTF-8 JSON as the server wrote it.
 *   <li>Writes: records.
 *   <li>Thread: none of its own; everything is stateless.
 *   <li>Bound: what the caller hands over.
 *   <li>When full: does not apply.
 *   <li>Fails: {@link io.tailrace.client.wire.UnreadableException} where the text is not what the
 *       protocol says.
 * </ul>
 */
@NullMarked
package io.tailrace.client.wire;

import org.jspecify.annotations.NullMarked;
