/** Measures fan-out: broker and publisher, gateway, and subscribers in a process each. */
@NullMarked
package io.tailrace.gateway.bench;

import org.jspecify.annotations.NullMarked;
