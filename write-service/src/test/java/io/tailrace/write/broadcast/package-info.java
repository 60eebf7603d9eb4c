/** Tests of this package's parts. */
@NullMarked
package io.tailrace.write.broadcast;

import org.jspecify.annotations.NullMarked;
