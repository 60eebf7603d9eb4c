/**
 * Writes a recorded chat again and waits until all of it has come out. Reads: a trace file, the
 * running system. Writes: channels {@code chat:trace-n}. Thread: the command's; the subscriber's
 * callbacks come on its client's. Bound: rows per transaction. When full: does not apply. Fails:
 * with the first message that did not come, or came wrong.
 */
@NullMarked
package io.tailrace.load.replay;

import org.jspecify.annotations.NullMarked;
