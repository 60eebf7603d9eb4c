package io.tailrace.sequencer.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.event.Event;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.topic.Placement;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;

/** One partition's database on a disk. */
class HistoryDbIT {
  private static final int MUCH = 1 << 20;
  private static final Channel A = new Channel("acme", "chat", "a");
  private static final Channel AB = new Channel("acme", "chat", "ab");

  @TempDir Path folder;
  private final PartitionProgress progress = new PartitionProgress();
  private final ChannelWriter writer = new ChannelWriter(A, 1);
  private Retention retention = Retention.ALL;
  private RocksMemory memory;
  private HistoryDb db;
  private long offset;

  @BeforeEach
  void open() {
    memory = new RocksMemory(16, 8);
    reopen();
  }

  @AfterEach
  void close() {
    db.close();
    memory.close();
  }

  private void reopen() {
    db = HistoryDb.open(folder.resolve("db"), memory, _ -> retention, 0);
  }

  private void add(Event event) throws RocksDBException {
    db.add(event, false, event.seq(), offset++);
  }

  private void addAndWrite(ChannelWriter from, int count) throws RocksDBException {
    for (int i = 0; i < count; i++) {
      add(from.next(null));
    }
    db.write();
  }

  private HistoryReader.View view() {
    return assertNotNull2(db.view(progress));
  }

  private static <T> T assertNotNull2(@Nullable T value) {
    assertNotNull(value);
    return value;
  }

  private static List<Long> seqs(List<StoredEvent> events) {
    return events.stream().map(StoredEvent::seq).toList();
  }

  private static List<Long> range(long from, long to) {
    return LongStream.rangeClosed(from, to).boxed().toList();
  }

  @Test
  void nothingYet() {
    try (HistoryReader.View view = view()) {
      assertEquals(new Head(1, 0, Chain.start(1), 1, 0), view.head(A));
      assertEquals(Chain.start(1), view.chainAt(A, 0));
      assertNull(view.chainAt(A, 1));
      assertEquals(List.of(), view.events(A, 0, 10, MUCH).events());
      assertNull(view.entities(A, null, 0, 10, MUCH).next());
    }
  }

  @Test
  void aMarkBringsChannelsWithoutEventsIntoTheEpochToo() throws RocksDBException {
    addAndWrite(writer, 3);
    db.addMark(2, offset++);
    db.write();

    reopenClosed();

    try (HistoryReader.View view = view()) {
      assertEquals(2, view.epoch());
      assertEquals(Head.empty(2), view.head(A));
      assertEquals(offset, view.position());
    }
  }

  private void reopenClosed() {
    db.close();
    reopen();
  }

  @Test
  void eventsComeInOrderAndInParts() throws RocksDBException {
    ChannelWriter other = new ChannelWriter(AB, 1);
    for (int i = 0; i < 300; i++) {
      add(writer.next(null));
      add(other.next(null));
    }
    db.write();

    try (HistoryReader.View view = view()) {
      HistoryReader.Run run = view.events(A, 0, 200, MUCH);
      assertEquals(range(1, 200), seqs(run.events()));
      assertTrue(run.more());
      HistoryReader.Run rest = view.events(A, 200, 200, MUCH);
      assertEquals(range(201, 300), seqs(rest.events()));
      assertFalse(rest.more());
      HistoryReader.Run small = view.events(A, 0, 200, 500);
      assertTrue(small.more());
      assertTrue(small.events().stream().mapToInt(e -> e.json().length).sum() <= 500);
      assertEquals(1, view.events(A, 0, 200, 1).events().size());
      assertEquals(writer.chain(), view.chainAt(A, 300));
      assertEquals(run.events().get(99).chain(), view.chainAt(A, 100));
      String json = new String(run.events().getFirst().json(), UTF_8);
      assertTrue(json.startsWith("{\"seq\":1,") && json.endsWith("\"data\":{\"n\":1}}"), json);
    }
  }

  @Test
  void aViewStandsStill() throws RocksDBException {
    addAndWrite(writer, 5);
    try (HistoryReader.View view = view()) {
      addAndWrite(writer, 5);

      assertEquals(5, view.head(A).seq());
      assertEquals(range(1, 5), seqs(view.events(A, 0, 100, MUCH).events()));
      assertEquals(5, view.position());
    }
    try (HistoryReader.View view = view()) {
      assertEquals(10, view.head(A).seq());
    }
  }

  @Test
  void whatIsNotWrittenIsNotSeen() throws RocksDBException {
    add(writer.next(null));

    try (HistoryReader.View view = view()) {
      assertEquals(0, view.head(A).seq());
    }
    assertEquals(Map.of(A, new Head(1, 1, writer.chain(), 1, 1)), db.write());
    assertEquals(0, db.offset());
  }

  @Test
  void aSnapshotIsTheLatestOfEachEntityAndTheEventsWithout() throws RocksDBException {
    Map<String, Long> latest = new TreeMap<>();
    List<Long> without = new ArrayList<>();
    for (long seq = 1; seq <= 500; seq++) {
      String entity = seq % 3 == 0 ? null : "e" + seq % 50;
      add(writer.next(entity));
      if (entity == null) {
        without.add(seq);
      } else {
        latest.put(entity, seq);
      }
    }
    db.write();
    List<Long> expected = new ArrayList<>(latest.values());
    expected.addAll(without);

    for (int limit : new int[] {1, 7, 50, 1000}) {
      List<Long> read = new ArrayList<>();
      try (HistoryReader.View view = view()) {
        HistoryReader.Cursor cursor = null;
        do {
          HistoryReader.EntityRun run = view.entities(A, cursor, 500, limit, MUCH);
          assertTrue(run.events().size() <= limit);
          read.addAll(seqs(run.events()));
          cursor = run.next();
        } while (cursor != null);
      }
      assertEquals(expected, read, "limit " + limit);
    }
  }

  @Test
  void aSnapshotOfEntitiesAloneLooksForNoOtherEvents() throws RocksDBException {
    add(writer.next(null));
    for (int i = 0; i < 25_000; i++) {
      add(writer.next("e" + i % 10));
    }
    db.write();

    try (HistoryReader.View view = view()) {
      assertEquals(1, view.head(A).lone());
      HistoryReader.EntityRun run = view.entities(A, null, 25_001, 1000, MUCH);
      assertEquals(11, run.events().size());
      // The scan of 25,001 events would have taken more than one call.
      assertNull(run.next());
    }
  }

  @Test
  void aSnapshotHasNoEventWithoutEntityAboveItsSeq() throws RocksDBException {
    addAndWrite(writer, 10);

    try (HistoryReader.View view = view()) {
      assertEquals(range(1, 4), seqs(view.entities(A, null, 4, 100, MUCH).events()));
    }
  }

  @Test
  void anotherEpochDropsTheOldOneOfTheChannelAndEmptiesTheOthers() throws RocksDBException {
    ChannelWriter other = new ChannelWriter(AB, 1);
    add(writer.next("x"));
    addAndWrite(writer, 4);
    addAndWrite(other, 3);
    writer.begin(2);
    add(writer.next("y"));
    addAndWrite(writer, 1);
    db.addMark(2, offset++);
    db.write();

    try (HistoryReader.View view = view()) {
      assertEquals(2, view.epoch());
      assertEquals(new Head(2, 2, writer.chain(), 1, 2), view.head(A));
      assertEquals(range(1, 2), seqs(view.events(A, 0, 100, MUCH).events()));
      assertEquals(
          List.of(2, 2),
          view.entities(A, null, 2, 100, MUCH).events().stream().map(StoredEvent::epoch).toList());
      assertEquals(Head.empty(2), view.head(AB));
      assertEquals(List.of(), view.events(AB, 0, 100, MUCH).events());
    }
  }

  @Test
  void retentionMovesFirstAndKeepsEntities() throws RocksDBException {
    retention = new Retention(300, Long.MAX_VALUE);
    add(writer.next("kept"));
    addAndWrite(writer, 1023);

    try (HistoryReader.View view = view()) {
      assertEquals(513, view.head(A).first());
      assertEquals(513, view.events(A, 0, 1, MUCH).events().getFirst().seq());
      assertNull(view.chainAt(A, 512));
      assertEquals(1, view.entities(A, null, 1024, 1, MUCH).events().getFirst().seq());
    }
  }

  @Test
  void retentionByAgeFollowsCommitTimes() throws RocksDBException {
    retention = new Retention(Long.MAX_VALUE, 500);
    for (int i = 0; i < 4; i++) {
      addAndWrite(writer, 256);
    }

    try (HistoryReader.View view = view()) {
      assertEquals(513, view.head(A).first());
    }
  }

  @Test
  void aSilentChannelIsTrimmedByTheClockAndKeepsHeadChainAndEntities() throws RocksDBException {
    retention = new Retention(Long.MAX_VALUE, 500);
    add(writer.next("kept"));
    addAndWrite(writer, 299);
    ChannelWriter other = new ChannelWriter(AB, 1);
    addAndWrite(other, 10);

    assertNull(db.trimSilent(null, 10, 505));

    try (HistoryReader.View view = view()) {
      assertEquals(new Head(1, 300, writer.chain(), 1, 300), view.head(A));
      assertEquals(new Head(1, 10, other.chain(), 1, 10), view.head(AB));
    }
    byte[] next = db.trimSilent(null, 1, 801);
    try (HistoryReader.View view = view()) {
      assertEquals(new Head(1, 300, writer.chain(), 301, 300), view.head(A));
      assertEquals(writer.chain(), view.chainAt(A, 300));
      assertEquals(List.of(), view.events(A, 0, 1000, MUCH).events());
      assertEquals(List.of(1L), seqs(view.entities(A, null, 300, 10, MUCH).events()));
      assertEquals(1, view.head(AB).first());
    }
    assertNull(db.trimSilent(next, 1, 801));
    addAndWrite(writer, 1);
    try (HistoryReader.View view = view()) {
      assertEquals(11, view.head(AB).first());
      assertEquals(new Head(1, 301, writer.chain(), 301, 301), view.head(A));
      assertEquals(List.of(301L), seqs(view.events(A, 0, 1000, MUCH).events()));
    }
  }

  @Test
  void comesBackAsItWasAndSkipsWhatItHas() throws RocksDBException {
    addAndWrite(writer, 100);
    long chain = writer.chain();
    db.close();
    reopen();
    ChannelWriter again = new ChannelWriter(A, 1);
    offset = 0;

    assertEquals(99, db.offset());
    for (int i = 0; i < 100; i++) {
      add(again.next(null));
    }
    add(writer.next(null));
    db.write();

    assertEquals(100, db.offset());
    try (HistoryReader.View view = view()) {
      assertEquals(101, view.head(A).seq());
      assertEquals(chain, view.chainAt(A, 100));
    }
  }

  @Test
  void anotherLogUnderTheSameOffsetsIsLoud() throws RocksDBException {
    addAndWrite(writer, 10);
    ChannelWriter another = new ChannelWriter(A, 1);
    Event first = another.next("another");

    assertThrows(BrokenLogException.class, () -> db.add(first, false, 1, 0));
  }

  @Test
  void clearingLeavesNothing() throws RocksDBException {
    addAndWrite(writer, 10);

    db.clear();

    assertEquals(-1, db.offset());
    try (HistoryReader.View view = view()) {
      assertEquals(0, view.head(A).seq());
    }
  }

  @Test
  void aPartitionIsReadOnlyWhileItsBrokerIsHeard() {
    AtomicLong clock = new AtomicLong();
    Lease lease = Lease.within(Duration.ofNanos(60), clock::get);
    HistoryPartitions partitions =
        new HistoryPartitions(1, Placement.SHARED, HistoryListener.NONE, lease);
    partitions.taken(0, db);
    partitions.polled(0, new PartitionProgress.Polled(-1, 0), 0);
    partitions.heard(0);
    try (HistoryReader.View heard = assertNotNull2(partitions.open(0))) {
      assertEquals(0, heard.position());
    }

    clock.set(41);
    assertNull(partitions.open(0));
    assertFalse(partitions.ready());
    partitions.heard(0);

    try (HistoryReader.View again = assertNotNull2(partitions.open(0))) {
      assertEquals(0, again.position());
    }
  }

  @Test
  void aClosedStoreGivesNoView() {
    db.close();

    assertNull(db.view(progress));
    assertFalse(db.isOpen());
  }
}
