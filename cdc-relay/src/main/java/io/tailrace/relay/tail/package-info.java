/**
 * The replication stream: Debezium's engine on the slot. Reads: PostgreSQL's WAL through slot and
 * publication. Writes: the slot's confirmed position, after the sink has returned. Thread: the
 * engine's own; the sink is called on one of them. Bound: {@code queueRowsMax} rows wait between
 * reader and sink. When full: the reader waits, and PostgreSQL keeps the WAL. Fails: by telling the
 * end of the stream, once; there is no second stream in a process.
 */
@NullMarked
package io.tailrace.relay.tail;

import org.jspecify.annotations.NullMarked;
