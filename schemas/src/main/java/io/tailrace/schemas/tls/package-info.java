/**
 * Certificates: what a port shows, and whom calls to other services trust. Reads: PEM files.
 * Writes: nothing. Thread: any; files are followed by a thread of its own. Bound: a mebibyte per
 * file. When full: the file is refused. Fails: the first look with one line that names the setting;
 * a later one leaves the pair in force that was read before, and is logged and counted.
 */
@NullMarked
package io.tailrace.schemas.tls;

import org.jspecify.annotations.NullMarked;
