/** The core in virtual time. */
@NullMarked
package io.tailrace.gateway.fanout;

import org.jspecify.annotations.NullMarked;
