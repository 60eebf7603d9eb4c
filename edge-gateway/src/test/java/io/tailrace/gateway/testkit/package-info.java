/** What the gateway's tests use of the world around it. */
@NullMarked
package io.tailrace.gateway.testkit;

import org.jspecify.annotations.NullMarked;
