/** Tests of the hub. */
@NullMarked
package io.tailrace.gateway.hub;

import org.jspecify.annotations.NullMarked;
