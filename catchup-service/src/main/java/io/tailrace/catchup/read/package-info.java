/**
 * Events of a channel, and its pages, aligned runs of 256 events that never change once complete:
 * what is asked, what one moment of the store answers. Reads: the store. Writes: JSON. Thread: the
 * request's. Bound: 1000 events and 4 MiB an answer. When full: the answer ends early and says
 * where to go on. Fails: refusals are values.
 */
@NullMarked
package io.tailrace.catchup.read;

import org.jspecify.annotations.NullMarked;
