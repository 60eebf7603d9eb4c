/**
 * How events lie in Kafka: topic names, CloudEvents headers, creation of topics. Reads: record
 * headers. Writes: record headers, topics at start. Thread: any. Bound: does not apply. When full:
 * does not apply. Fails: with {@link io.tailrace.schemas.topic.BadRecordException}, whose text goes
 * to the dead letter.
 */
@NullMarked
package io.tailrace.schemas.topic;

import org.jspecify.annotations.NullMarked;
