/** Tests of the relay on a real PostgreSQL and a real Kafka. */
@NullMarked
package io.tailrace.relay;

import org.jspecify.annotations.NullMarked;
