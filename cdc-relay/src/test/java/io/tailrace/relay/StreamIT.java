package io.tailrace.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.relay.slot.SlotName;
import io.tailrace.relay.tail.Tail;
import io.tailrace.relay.translate.RowReader;
import io.tailrace.relay.translate.SourceRow;
import io.tailrace.schemas.testkit.Await;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.replication.LogSequenceNumber;

/**
 * What Debezium says about places in the WAL: what positions rest on. A new version of it must pass
 * these before anything else.
 */
class StreamIT {
  private Servers servers;

  @BeforeEach
  void start() throws Exception {
    servers = new Servers();
  }

  @AfterEach
  void stop() {
    servers.close();
  }

  /** One stream; keeps what it brought, and confirms none of it while {@code hold} is set. */
  private final class Stream implements AutoCloseable {
    final List<SourceRow> rows = new CopyOnWriteArrayList<>();
    private final RowReader reader = new RowReader();
    private final Tail tail;

    Stream() {
      tail =
          Tail.start(
              servers.config().tailSource(new SlotName(1)),
              start -> {},
              this::take,
              (message, cause) -> {},
              System::nanoTime);
    }

    private void take(List<SourceRecord> batch) {
      batch.stream().map(reader::read).filter(Objects::nonNull).forEach(rows::add);
    }

    List<SourceRow> await(int count) {
      Await.until(count + " rows", () -> rows.size() >= count);
      return rows;
    }

    @Override
    public void close() {
      tail.stop();
    }
  }

  private long confirmed() throws Exception {
    return lsn(
        servers.query(
            "select confirmed_flush_lsn from pg_replication_slots where slot_name = 'tailrace_1'"));
  }

  private static long lsn(String text) {
    return LogSequenceNumber.valueOf(text).asLong();
  }

  private long walEnd() throws Exception {
    return lsn(servers.query("select pg_current_wal_lsn()"));
  }

  @Test
  void theFirstTransactionOfAStreamHasNoPreviousCommit() throws Exception {
    servers.publish("chat:a", "1");
    servers.publish("chat:a", "2");

    try (Stream stream = new Stream()) {
      List<SourceRow> rows = stream.await(2);

      assertNull(rows.get(0).previousCommit());
      assertNotEquals(rows.get(0).xid(), rows.get(1).xid());
    }
  }

  @Test
  void everyOtherTransactionNamesTheEndOfTheCommitBefore() throws Exception {
    List<Long> ends = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      servers.publish("chat:a", "1");
      ends.add(walEnd());
    }

    try (Stream stream = new Stream()) {
      List<SourceRow> rows = stream.await(5);

      for (int i = 1; i < 5; i++) {
        long previous = Objects.requireNonNull(rows.get(i).previousCommit());
        // Between two reads of the WAL's end lies one commit and perhaps a snapshot record.
        assertTrue(previous <= ends.get(i - 1), i + ": " + previous);
        assertTrue(i == 1 || previous > ends.get(i - 2), i + ": " + previous);
      }
    }
  }

  @Test
  void aRowOlderThanThePreviousCommitIsBroughtAndNamesIt() throws Exception {
    try (Connection slow = servers.connect()) {
      slow.setAutoCommit(false);
      Servers.insert(slow, "chat:a", "1");
      servers.publish("chat:a", "2");
      long between = walEnd();
      Servers.insert(slow, "chat:a", "3");
      slow.commit();

      try (Stream stream = new Stream()) {
        List<SourceRow> rows = stream.await(3);

        assertEquals(List.of("2", "1", "3"), rows.stream().map(SourceRow::data).toList());
        assertEquals(rows.get(1).xid(), rows.get(2).xid());
        // The same for all rows of a transaction, whichever LSNs they have.
        assertEquals(rows.get(1).previousCommit(), rows.get(2).previousCommit());
        assertTrue(Objects.requireNonNull(rows.get(1).previousCommit()) <= between);
      }
    }
  }

  @Test
  void aRestartBringsATransactionThatBeganBeforeTheConfirmedPosition() throws Exception {
    try (Connection slow = servers.connect()) {
      slow.setAutoCommit(false);
      Servers.insert(slow, "chat:a", "1");
      servers.publish("chat:a", "2");
      long end = walEnd();
      try (Stream first = new Stream()) {
        first.await(1);
        Await.until("the first row is confirmed", () -> confirmed() >= end - 1024);
      }
      long start = confirmed();
      Servers.insert(slow, "chat:a", "3");
      slow.commit();
      servers.publish("chat:a", "4");

      try (Stream second = new Stream()) {
        // The first row may come once more: how far is confirmed, the slot decides.
        Await.until(
            "the last row", () -> second.rows.stream().anyMatch(row -> "4".equals(row.data())));
        List<SourceRow> rows = second.rows;
        List<SourceRow> tail = rows.subList(rows.size() - 3, rows.size());

        assertEquals(List.of("1", "3", "4"), tail.stream().map(SourceRow::data).toList());
        long previous = Objects.requireNonNull(tail.get(2).previousCommit());
        assertTrue(previous > start);
      }
    }
  }

  @Test
  void aBlockedSinkIsLeftAndTheSlotComesFree() throws Exception {
    servers.publish("chat:a", "1");
    CountDownLatch blocked = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    Tail stuck =
        Tail.start(
            servers.config().tailSource(new SlotName(1)),
            start -> {},
            batch -> {
              blocked.countDown();
              never.await();
            },
            (message, cause) -> {},
            System::nanoTime);
    assertTrue(blocked.await(3, TimeUnit.MINUTES));

    Await.until("the stream has ended", stuck::stop);

    try (Stream next = new Stream()) {
      assertEquals("1", next.await(1).getFirst().data());
    }
  }

  @Test
  void rowsOfOneCopyShareTransactionTimeAndPreviousCommit() throws Exception {
    servers.publish("chat:a", "0");
    servers.execute(
        "insert into tailrace.outbox (tenant, channel, type, data)"
            + " select 't', 'chat:a', 'x', to_json(n) from generate_series(1, 500) n");

    try (Stream stream = new Stream()) {
      List<SourceRow> rows = stream.await(501).subList(1, 501);

      assertEquals(1, rows.stream().map(SourceRow::xid).distinct().count());
      assertEquals(1, rows.stream().map(SourceRow::previousCommit).distinct().count());
      assertEquals(1, rows.stream().map(SourceRow::commitMicros).distinct().count());
      assertEquals(
          IntStream.rangeClosed(1, 500).mapToObj(Integer::toString).toList(),
          rows.stream().map(SourceRow::data).toList());
    }
  }
}
