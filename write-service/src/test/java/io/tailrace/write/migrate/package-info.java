/** Tests of this package's parts, without I/O. */
@NullMarked
package io.tailrace.write.migrate;

import org.jspecify.annotations.NullMarked;
