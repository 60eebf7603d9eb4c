/**
 * Tests against real PostgreSQL and Kafka, from HTTP down. Reads: what the service writes. Writes:
 * through HTTP and SQL. Thread: the tests' own. Bound: one server of each kind per JVM. When full:
 * does not apply. Fails: as tests do.
 */
@NullMarked
package io.tailrace.write.it;

import org.jspecify.annotations.NullMarked;
