/**
 * What the tests of all services share: waiting for conditions, the database's schema, generators.
 * Reads: nothing. Writes: test databases. Thread: the test's. Bound: a minute per wait. When full:
 * the test fails. Fails: with what was waited for.
 */
@NullMarked
package io.tailrace.schemas.testkit;

import org.jspecify.annotations.NullMarked;
