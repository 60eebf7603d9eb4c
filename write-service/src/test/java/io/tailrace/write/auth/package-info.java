/** Tests of this package's parts, without I/O. */
@NullMarked
package io.tailrace.write.auth;

import org.jspecify.annotations.NullMarked;
