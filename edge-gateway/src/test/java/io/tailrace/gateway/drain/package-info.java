/** Tests of how connections are spread. */
@NullMarked
package io.tailrace.gateway.drain;

import org.jspecify.annotations.NullMarked;
