/**
 * Who is here, for those who ask over HTTP. Reads: the topic of presence and those mirrored from
 * other regions, all partitions, without a group, first what was written within the longest time to
 * live. Writes: nothing. Thread: one of its own reads; any may ask. Bound: the devices that are
 * remembered. When full: digests that bring more are not remembered. Fails: while the topic cannot
 * be read, and until what was written lately has been read, whoever asks is told to ask again;
 * history does not depend on it.
 */
@NullMarked
package io.tailrace.catchup.presence;

import org.jspecify.annotations.NullMarked;
