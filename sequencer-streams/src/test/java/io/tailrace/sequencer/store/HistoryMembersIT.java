package io.tailrace.sequencer.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.schemas.event.Event;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.topic.Placement;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;

/** Members and half-built epochs in one partition's database on a disk. */
class HistoryMembersIT {
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

  /** Closes what should not be there: the store waits for open views when it is closed. */
  private static void assertNone(HistoryReader.@Nullable View view) {
    try (view) {
      assertNull(view);
    }
  }

  private HistoryReader.View view() {
    HistoryReader.View view = db.view(progress);
    assertNotNull(view);
    return view;
  }

  private Membership membership(Channel channel, String user) {
    try (HistoryReader.View view = view()) {
      return view.membership(channel, user);
    }
  }

  @Test
  void aViewTellsRolesOfItsOwnMoment() throws RocksDBException {
    add(writer.next(null));
    add(writer.member("ada", "owner"));
    add(writer.member("bob", "member"));
    db.write();
    try (HistoryReader.View before = view()) {
      add(writer.member("bob", null));
      db.write();

      assertEquals(new Membership(2, "owner", 1), before.membership(A, "ada"));
      assertEquals(new Membership(2, "member", 3), before.membership(A, "bob"));
    }
    assertEquals(new Membership(2, null, 1), membership(A, "bob"));
    assertEquals(new Membership(2, null, 1), membership(A, "bo"));
    assertEquals(Membership.OPEN, membership(AB, "ada"));
  }

  @Test
  void rolesOutliveRetentionOfEventsAndTheClock() throws RocksDBException {
    retention = new Retention(300, 5000);
    add(writer.member("ada", "owner"));
    for (int i = 0; i < 1023; i++) {
      add(writer.next(null));
    }
    db.write();
    assertEquals(new Membership(1, "owner", 1), membership(A, "ada"));
    db.trimSilent(null, 10, 1_000_000);
    db.close();

    reopen();

    try (HistoryReader.View view = view()) {
      assertEquals(1025, view.head(A).first());
      assertEquals(new Membership(1, "owner", 1), view.membership(A, "ada"));
    }
  }

  @Test
  void aStoreThatFindsNoBeginningHasNoFirstMember() throws RocksDBException {
    writer.member("ada", "owner");
    writer.member("bob", "member");
    writer.next(null);

    add(writer.next(null));
    add(writer.member("bob", "member"));
    add(writer.member("ada", "owner"));
    db.write();

    assertEquals(new Membership(5, "member", 5), membership(A, "bob"));
    assertEquals(new Membership(5, "owner", 6), membership(A, "ada"));
  }

  /** Batches, repeats, epochs, other channels and ends of the process make no difference. */
  @Test
  void anyWayThroughAnyLogIsWhatTheWholeLogSays() throws RocksDBException {
    for (long seed = 1; seed <= 40; seed++) {
      Random random = new Random(seed);
      Map<Channel, ChannelWriter> writers = new HashMap<>();
      Map<Channel, List<Event>> logs = new HashMap<>();
      db.clear();
      offset = 0;
      int epoch = 1;
      for (Channel channel : List.of(A, AB)) {
        writers.put(channel, new ChannelWriter(channel, 1));
        logs.put(channel, new ArrayList<>());
      }
      for (int step = 0; step < 120; step++) {
        Channel channel = random.nextBoolean() ? A : AB;
        ChannelWriter own = writers.getOrDefault(channel, writer);
        List<Event> log = logs.getOrDefault(channel, List.of());
        switch (random.nextInt(12)) {
          case 0 -> db.write();
          case 1 -> {
            db.close(); // what was not written is read again
            reopen();
            long kept = db.offset() + 1;
            for (Channel each : List.of(A, AB)) {
              for (Event event : logs.getOrDefault(each, List.of())) {
                db.add(event, false, 1, kept);
              }
            }
            offset = Math.max(offset, kept + 1);
          }
          case 2 -> {
            if (random.nextInt(8) == 0) {
              epoch++;
              for (ChannelWriter each : writers.values()) {
                each.begin(epoch);
              }
            }
          }
          case 3, 4, 5 -> {
            Event event = own.next(random.nextBoolean() ? null : "x" + random.nextInt(3));
            log.add(event);
            add(event);
          }
          case 6 -> {
            if (!log.isEmpty()) {
              add(log.get(random.nextInt(log.size())));
            }
          }
          default -> {
            String role = random.nextInt(3) == 0 ? null : random.nextBoolean() ? "member" : "owner";
            Event event = own.member("u" + random.nextInt(4), role);
            log.add(event);
            add(event);
          }
        }
      }
      db.addMark(epoch, offset++);
      db.write();
      for (Channel channel : List.of(A, AB)) {
        for (int user = 0; user < 4; user++) {
          assertEquals(
              MemberModel.of(logs.getOrDefault(channel, List.of()), epoch, "u" + user),
              membership(channel, "u" + user),
              "seed " + seed + ", " + channel.name() + ", u" + user);
        }
      }
    }
  }

  @Test
  void oneWhoMaySeeAChannelFromASeqOnSeesNothingBelow() throws RocksDBException {
    add(writer.next("old"));
    add(writer.next("both"));
    add(writer.next(null));
    add(writer.next("both"));
    add(writer.next(null));
    ChannelWriter other = new ChannelWriter(AB, 1);
    add(other.next("whole"));
    db.write();

    try (HistoryReader.View whole = view();
        HistoryReader.View view = whole.seenFrom(A, 4)) {
      assertEquals(4, view.head(A).first());
      assertEquals(5, view.head(A).seq());
      assertEquals(List.of(4L, 5L), seqs(view.events(A, 0, 10, MUCH).events()));
      assertEquals(List.of(4L, 5L), seqs(view.entities(A, null, 5, 10, MUCH).events()));
      assertNull(view.chainAt(A, 3));
      assertNotNull(view.chainAt(A, 4));
      assertEquals(1, view.head(AB).first());
      assertEquals(List.of(1L), seqs(view.entities(AB, null, 1, 10, MUCH).events()));
      assertEquals(List.of(2L), seqs(whole.events(A, 1, 1, MUCH).events()));
    }
  }

  @Test
  void oldEntitiesArePassedOverInParts() throws RocksDBException {
    for (int i = 0; i < 25_000; i++) {
      add(writer.next("e" + i));
      if (i % 1000 == 0) {
        db.write();
      }
    }
    add(writer.next("f"));
    db.write();
    List<Long> read = new ArrayList<>();
    int parts = 0;

    try (HistoryReader.View view = view().seenFrom(A, 25_001)) {
      HistoryReader.Cursor cursor = null;
      do {
        HistoryReader.EntityRun run = view.entities(A, cursor, 25_001, 500, MUCH);
        read.addAll(seqs(run.events()));
        cursor = run.next();
        parts++;
      } while (cursor != null);
    }

    assertEquals(List.of(25_001L), read);
    assertEquals(2, parts);
  }

  private static List<Long> seqs(List<StoredEvent> events) {
    return events.stream().map(StoredEvent::seq).toList();
  }

  @Test
  void nothingCanBeReadBetweenTheFirstOfAnEpochAndItsMark() throws RocksDBException {
    HistoryPartitions partitions =
        new HistoryPartitions(1, Placement.SHARED, HistoryListener.NONE, Lease.unlimited());
    add(writer.member("ada", "owner"));
    write(partitions);
    partitions.taken(0, db);
    partitions.polled(0, new PartitionProgress.Polled(0, 1), 1);
    assertTrue(partitions.ready());
    writer.begin(2);
    add(writer.next(null));
    assertTrue(partitions.ready());

    write(partitions);

    assertNone(partitions.open(0));
    assertNone(db.view(progress));
    db.close();
    reopen();
    partitions.taken(0, db);
    partitions.polled(0, new PartitionProgress.Polled(1, 2), 2);
    assertNone(partitions.open(0));
    db.addMark(1, offset++);
    write(partitions);
    assertNone(partitions.open(0));
    add(writer.member("ada", "owner"));
    db.addMark(2, offset++);
    write(partitions);
    assertTrue(partitions.ready());
    try (HistoryReader.View view = view()) {
      assertEquals(new Membership(2, "owner", 1), view.membership(A, "ada"));
    }
    add(writer.next(null));
    write(partitions);
    assertTrue(partitions.ready());
  }

  private void write(HistoryPartitions partitions) throws RocksDBException {
    Map<Channel, Head> heads = db.write();
    partitions.written(0, db.offset(), db.isWhole(), heads);
  }

  @Test
  void anEpochWhoseMarkHasGoneWithItsAgeIsWholeByItsEvents() throws RocksDBException {
    writer.begin(2);
    db.add(writer.next(null), true, 1, offset++);
    db.write();

    try (HistoryReader.View view = view()) {
      assertEquals(2, view.epoch());
    }
  }

  @Test
  void anEpochThatWasGivenUpNeedsNoMarkOnceTheNextHasOne() throws RocksDBException {
    writer.begin(2);
    add(writer.next(null));
    writer.begin(3);
    add(writer.next(null));
    db.addMark(2, offset++);
    db.write();
    assertNone(db.view(progress));

    db.addMark(3, offset++);
    db.write();

    assertEquals(Membership.OPEN, membership(A, "ada"));
  }

  /** The entries by user lead to every channel that one is a member of, whatever was before. */
  @Test
  void oneIsLedToEveryChannelThatOneIsAMemberOf() throws RocksDBException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<ChannelWriter> writers = new ArrayList<>();
    for (Channel channel : List.of(A, AB, new Channel("other", "chat", "a"))) {
      writers.add(new ChannelWriter(channel, 1));
    }
    for (int i = 0; i < 2000; i++) {
      String user = List.of("ada", "ad", "bob").get(random.nextInt(3));
      ChannelWriter writer = writers.get(random.nextInt(3));
      add(writer.member(user, random.nextBoolean() ? "member" : null));
      if (i == 1000) {
        // What was before is void, and nobody has written the members again yet.
        writers.forEach(each -> each.begin(2));
        db.addMark(2, offset++);
      }
      if (random.nextInt(50) == 0) {
        db.write();
        assertLedToOwn(writers, "seed " + seed);
      }
    }
  }

  private void assertLedToOwn(List<ChannelWriter> writers, String seed) {
    try (HistoryReader.View view = view()) {
      for (String user : List.of("ada", "ad", "bob", "bo")) {
        for (String tenant : List.of("acme", "other")) {
          List<String> expected =
              writers.stream()
                  .map(ChannelWriter::channel)
                  .filter(c -> c.tenant().equals(tenant) && view.membership(c, user).isMember())
                  .map(Channel::name)
                  .toList();
          List<String> led =
              view.channelsOf(tenant, user, "", 10).stream()
                  .filter(name ->
                      view.membership(Objects.requireNonNull(Channel.parse(tenant, name)), user)
                          .isMember())
                  .toList();
          assertEquals(expected, led, seed);
        }
      }
    }
  }
}
