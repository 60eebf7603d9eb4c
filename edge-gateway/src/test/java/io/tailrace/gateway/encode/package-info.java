/** Tests of the two forms of a frame. */
@NullMarked
package io.tailrace.gateway.encode;

import org.jspecify.annotations.NullMarked;
