/** Tests of streams. */
@NullMarked
package io.tailrace.catchup.stream;

import org.jspecify.annotations.NullMarked;
