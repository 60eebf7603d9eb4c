/** Tests of the console. */
@NullMarked
package io.tailrace.standalone.console;

import org.jspecify.annotations.NullMarked;
