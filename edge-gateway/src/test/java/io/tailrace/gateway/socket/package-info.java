/** Tests of the reading of frames. */
@NullMarked
package io.tailrace.gateway.socket;

import org.jspecify.annotations.NullMarked;
