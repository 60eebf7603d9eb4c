/**
 * One port for all services, the demo page and the console's. Reads: requests. Writes: files of the
 * class path. Thread: Undertow's I/O threads. Bound: files are read once. When full: does not
 * apply. Fails: 404 with a problem document.
 */
@NullMarked
package io.tailrace.standalone.web;

import org.jspecify.annotations.NullMarked;
