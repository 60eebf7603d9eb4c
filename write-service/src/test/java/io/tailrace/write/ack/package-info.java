/** Tests of this package's parts, without I/O. */
@NullMarked
package io.tailrace.write.ack;

import org.jspecify.annotations.NullMarked;
