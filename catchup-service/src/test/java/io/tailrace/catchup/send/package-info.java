/** Tests of sending. */
@NullMarked
package io.tailrace.catchup.send;

import org.jspecify.annotations.NullMarked;
