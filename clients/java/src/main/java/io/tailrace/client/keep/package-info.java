/**
 * Keeps channels over a restart.
 *
 * <ul>
 *   <li>Reads: one file per channel in a folder, when following begins.
 *   <li>Writes: the same files, each as a whole: a new one takes the place of the old.
 *   <li>Thread: whoever calls; one write at a time.
 *   <li>Bound: the caller's, on the events of a channel.
 *   <li>When full: the caller keeps the latest.
 *   <li>Fails: a file that cannot be read is as if it were not there; a write that fails says so.
 * </ul>
 */
@NullMarked
package io.tailrace.client.keep;

import org.jspecify.annotations.NullMarked;
