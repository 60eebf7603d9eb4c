/**
 * Bodies that are read while they are sent: pages, and streams of any number of events. Reads: the
 * store, a view per piece. Writes: JSON. Thread: the one that sends. Bound: 256 KiB or one event a
 * piece. When full: does not apply. Fails: a stream's last line says why it ends early; a page that
 * cannot be ended is cut.
 */
@NullMarked
package io.tailrace.catchup.stream;

import org.jspecify.annotations.NullMarked;
