/** Tests of the gateway as a whole, over real sockets and a real broker. */
@NullMarked
package io.tailrace.gateway;

import org.jspecify.annotations.NullMarked;
