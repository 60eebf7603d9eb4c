/** Tests of the one port and of the demo page, the latter in a real browser. */
@NullMarked
package io.tailrace.standalone.web;

import org.jspecify.annotations.NullMarked;
