/**
 * Processes that are started here and killed here, and nothing else is.
 *
 * <p>Reads: the data folder of the system. Writes: processes, their logs beside the data folder.
 * Thread: one at a time. Bound: the processes of one system. When full: does not apply. Fails: a
 * process that does not come back in time is an exception that names its log.
 */
@NullMarked
package io.tailrace.load.fault;

import org.jspecify.annotations.NullMarked;
