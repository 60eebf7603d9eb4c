/** The whole system in one JVM, as its clients see it. */
@NullMarked
package io.tailrace.standalone.launch;

import org.jspecify.annotations.NullMarked;
