package io.tailrace.sequencer.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.topic.ReceiptRecord;
import io.tailrace.schemas.topic.ReceiptRecord.Place;
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
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/** One partition's receipts on a disk. */
class ReceiptDbIT {
  private static final Channel A = new Channel("acme", "chat", "a");
  private static final Channel AB = new Channel("acme", "chat", "ab");
  private static final Channel OTHER = new Channel("other", "chat", "a");

  @TempDir Path folder;
  private RocksMemory memory;
  private ReceiptDb db;
  private long offset;

  @BeforeEach
  void open() {
    memory = new RocksMemory(16, 8);
    db = ReceiptDb.open(folder.resolve("db"), memory);
  }

  @AfterEach
  void close() {
    db.close();
    memory.close();
  }

  private void reopen() {
    db.close();
    db = ReceiptDb.open(folder.resolve("db"), memory);
  }

  private @Nullable Place add(Channel channel, String user, int epoch, long seq)
      throws RocksDBException {
    return db.add(new ReceiptRecord.Key(channel, user), new Place(epoch, seq), offset++);
  }

  private List<String> usersOf(Channel channel) {
    try (ReceiptRows rows = assertThere(db.view())) {
      return rows.receipts(channel, "", 100).stream()
          .map(one -> one.user() + " " + one.place().epoch() + "." + one.place().seq())
          .toList();
    }
  }

  private List<String> channelsOf(String tenant, String user) {
    try (ReceiptRows rows = assertThere(db.view())) {
      return rows.channelsOf(tenant, user, "", 100).stream()
          .map(HistoryReader.ChannelPlace::name)
          .toList();
    }
  }

  private static <T> T assertThere(@Nullable T value) {
    return Objects.requireNonNull(value);
  }

  @Test
  void aPlaceIsFoundByItsChannelAndByItsUserAndByNoOther() throws RocksDBException {
    add(A, "ada", 1, 5);
    add(AB, "ada", 1, 6);
    add(AB, "ad", 1, 7);
    add(OTHER, "ada", 1, 8);
    db.write();

    assertEquals(List.of("ada 1.5"), usersOf(A));
    assertEquals(List.of("ad 1.7", "ada 1.6"), usersOf(AB));
    assertEquals(List.of("chat:a", "chat:ab"), channelsOf("acme", "ada"));
    assertEquals(List.of("chat:ab"), channelsOf("acme", "ad"));
    assertEquals(List.of("chat:a"), channelsOf("other", "ada"));
  }

  @Test
  void aPageBeginsBehindTheOneBefore() throws RocksDBException {
    for (int i = 0; i < 5; i++) {
      add(A, "u" + i, 1, i);
    }
    db.write();

    try (ReceiptRows rows = assertThere(db.view())) {
      List<HistoryReader.UserPlace> first = rows.receipts(A, "", 2);
      List<HistoryReader.UserPlace> then = rows.receipts(A, first.getLast().user(), 10);

      assertEquals(List.of("u0", "u1"), first.stream().map(u -> u.user()).toList());
      assertEquals(List.of("u2", "u3", "u4"), then.stream().map(u -> u.user()).toList());
    }
  }

  @Test
  void oneOfLessIsAnsweredWithWhatStands() throws RocksDBException {
    assertNull(add(A, "ada", 1, 9));
    assertEquals(new Place(1, 9), add(A, "ada", 1, 7)); // still in the batch
    db.write();
    assertEquals(new Place(1, 9), add(A, "ada", 1, 8)); // on the disk
    assertNull(add(A, "ada", 1, 9)); // a repeat of the same says nothing
    assertNull(add(A, "ada", 2, 1)); // another numbering
    assertEquals(new Place(2, 1), add(A, "ada", 1, 100));
    db.write();

    assertEquals(List.of("ada 2.1"), usersOf(A));
  }

  @Test
  void whatIsForgottenIsFoundNowhere() throws RocksDBException {
    add(A, "ada", 1, 9);
    db.write();
    db.add(new ReceiptRecord.Key(A, "ada"), null, offset++);
    db.write();

    assertEquals(List.of(), usersOf(A));
    assertEquals(List.of(), channelsOf("acme", "ada"));
    assertNull(add(A, "ada", 1, 2));
  }

  /** Any order, repeats, epochs, batches of any size, closings in between: never back. */
  @Test
  void everyPlaceIsTheFurthestThatWasRead() throws RocksDBException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<Channel> channels = List.of(A, AB, OTHER);
    Map<ReceiptRecord.Key, Place> model = new HashMap<>();
    for (int i = 0; i < 4000; i++) {
      ReceiptRecord.Key key =
          new ReceiptRecord.Key(channels.get(random.nextInt(3)), "u" + random.nextInt(4));
      Place place = new Place(1 + random.nextInt(2), random.nextInt(200));

      db.add(key, place, offset++);
      model.merge(key, place, (a, b) -> a.compareTo(b) >= 0 ? a : b);

      if (random.nextInt(20) == 0) {
        db.write();
        assertIs(model, "seed " + seed);
      }
      if (random.nextInt(500) == 0) {
        db.write();
        reopen();
        assertEquals(offset - 1, db.offset());
        assertIs(model, "seed " + seed);
      }
    }
  }

  private void assertIs(Map<ReceiptRecord.Key, Place> model, String seed) {
    try (ReceiptRows rows = assertThere(db.view())) {
      for (Channel channel : List.of(A, AB, OTHER)) {
        List<HistoryReader.UserPlace> expected = new ArrayList<>();
        model.forEach((key, place) -> {
          if (key.channel().equals(channel)) {
            expected.add(new HistoryReader.UserPlace(key.user(), place));
          }
        });
        expected.sort((a, b) -> a.user().compareTo(b.user()));
        assertEquals(expected, rows.receipts(channel, "", 100), seed);
      }
      model.forEach((key, place) ->
          assertEquals(
              List.of(new HistoryReader.ChannelPlace(key.channel().name(), place)),
              rows.channelsOf(key.channel().tenant(), key.user(), "", 100).stream()
                  .filter(one -> one.name().equals(key.channel().name()))
                  .toList(),
              seed));
    }
  }

  @Test
  void oneOfAnotherLayoutIsEmptiedAndReadAnew() throws RocksDBException {
    add(A, "ada", 1, 9);
    db.write();
    db.close();
    try (var options = memory.options();
        RocksDB raw = RocksDB.open(options, folder.resolve("db").toString())) {
      raw.put(HistoryKeys.LAYOUT, new byte[] {0});
    }

    db = ReceiptDb.open(folder.resolve("db"), memory);

    assertEquals(-1, db.offset());
    assertEquals(List.of(), usersOf(A));
  }
}
