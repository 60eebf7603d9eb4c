package io.tailrace.relay.rebuild;

import io.tailrace.relay.publish.Publisher;
import io.tailrace.relay.slot.Incarnations;
import io.tailrace.relay.slot.SlotException;
import io.tailrace.relay.slot.SlotName;
import io.tailrace.relay.slot.Source;
import io.tailrace.relay.translate.SourceRow;
import io.tailrace.relay.translate.Translated;
import io.tailrace.relay.translate.Translator;
import io.tailrace.schemas.event.Position;
import io.tailrace.schemas.topic.Placement;
import io.tailrace.schemas.topic.Topics;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;

/**
 * One rebuild, from the number to the end marks.
 *
 * <p>The order of its steps is what makes it safe to kill anywhere: the number is taken before the
 * slot is made, the slot with the snapshot that all rows are read in, the marks are sent when all
 * rows are acknowledged, the number is in force when all marks are, and only then do the slots
 * before go. Whatever of this is missing is found by the relay and by the next rebuild, which
 * begins under a number of its own. What a rebuild left unfinished is void through that number: it
 * is lower.
 *
 * <p>Positions: the rows of a rebuild are one transaction, number 0, which PostgreSQL never gives,
 * behind no commit. The stream of the new slot goes on behind it, since all its positions lie
 * behind a commit.
 */
public final class Rebuild {
  private static final int BATCH_ROWS = 2_000;

  private final Login login;
  private final Connection session;
  private final Kafka kafka;
  private final Progress progress;
  private final Incarnations incarnations;

  /**
   * The database.
   *
   * @param failover whether the new slot is one that standbys keep too
   */
  public record Login(String url, String user, String password, boolean failover) {
    @Override
    public String toString() {
      return url;
    }
  }

  /** Kafka, for one rebuild. What is opened here is closed by the rebuild. */
  public interface Kafka {
    /** For offsets. */
    Admin admin();

    /** A reader without a group. */
    Consumer<byte[], byte[]> consumer(boolean committedOnly);

    /** Where the log is to have a channel. */
    Placement placement();

    /** Whether anything was ever written to the log. */
    boolean isLogBegun();

    /** A sender into the outbox topic. */
    Publisher publisher() throws InterruptedException;
  }

  /** Told how far it is, on the caller's thread. */
  public interface Progress {
    /** A step has begun or ended; a line for people. */
    void step(String line);

    /** So many rows are in the log. */
    void rows(long done, long all);
  }

  /**
   * What was done.
   *
   * @param number the incarnation, and the epoch of the log from now on
   * @param deadLetters rows that went to the dead letters instead
   */
  public record Outcome(int number, long rows, long deadLetters, int partitions) {}

  /**
   * For one run.
   *
   * @param session holds the lock that keeps relays and other rebuilds waiting; in auto-commit mode
   */
  public Rebuild(Login login, Connection session, Kafka kafka, Progress progress) {
    this.login = login;
    this.session = session;
    this.kafka = kafka;
    this.progress = progress;
    this.incarnations = new Incarnations(session);
  }

  /**
   * Publishes everything again.
   *
   * @param atLeast the number is not lower than this
   * @throws SlotException with the repair
   */
  public Outcome run(int atLeast) throws SQLException, InterruptedException {
    requireCommitTimes();
    List<String> own = kafka.placement().own();
    incarnations.requireOwnLogs(own, kafka::isLogBegun);
    int complete = incarnations.lastComplete();
    SlotName slot = new SlotName(Math.max(atLeast, highest() + 1));
    int timeline = new Source(session).timeline();
    try (Admin admin = kafka.admin()) {
      if (SequencerPlace.repair(admin)) {
        progress.step("the sequencer had lost its place; it goes on with what comes now");
      }
    }
    incarnations.begin(slot.incarnation(), own);
    progress.step("making the slot " + slot.name() + "; waits for transactions that are open");
    Outcome outcome;
    try (SnapshotSlot made =
            SnapshotSlot.create(
                login.url(), login.user(), login.password(), slot, login.failover());
        Connection reading = open()) {
      SnapshotRows rows = new SnapshotRows(reading, made.snapshot());
      outcome = publish(rows, new Position(slot.incarnation(), timeline, 0, 0, 0), complete);
    }
    incarnations.complete(slot.incarnation());
    incarnations.dropOthers(slot);
    return outcome;
  }

  private int highest() throws SQLException {
    int highest = incarnations.highest();
    try (Consumer<byte[], byte[]> consumer = kafka.consumer(false)) {
      for (String topic : List.of(Topics.OUTBOX, Topics.EVENTS)) {
        highest = Math.max(highest, LogEpochs.highest(consumer, topic));
      }
    }
    return highest;
  }

  private Outcome publish(SnapshotRows rows, Position first, int complete)
      throws SQLException, InterruptedException {
    progress.step("reading the order of the old log");
    long known;
    try (Consumer<byte[], byte[]> consumer = kafka.consumer(true)) {
      known = OldOrder.copy(consumer, rows.connection(), complete);
    }
    long all = rows.order();
    progress.step(
        "publishing "
            + all
            + " rows as epoch "
            + first.incarnation()
            + (known == 0 ? ", by commit time: the old log has no events" : ""));
    try (Publisher publisher = kafka.publisher()) {
      Batches batches = new Batches(publisher, first, all);
      rows.forEach(batches::take);
      batches.flush();
      int partitions = publisher.mark(batches.next);
      return new Outcome(first.incarnation(), all, batches.dead, partitions);
    }
  }

  /** Gathers rows into batches and gives each its place. */
  private final class Batches {
    private final Translator translator;
    private final Publisher publisher;
    private final long all;
    private final List<Translated> batch = new ArrayList<>(BATCH_ROWS);
    private Position next;
    private long done;
    private long dead;

    Batches(Publisher publisher, Position first, long all) {
      this.translator = new Translator(first.incarnation(), first.timeline(), 0);
      this.publisher = publisher;
      this.next = first;
      this.all = all;
    }

    void take(SourceRow row) throws InterruptedException {
      batch.add(translator.translate(row, next));
      next =
          new Position(
              next.incarnation(),
              next.timeline(),
              next.after(),
              next.xid(),
              Math.addExact(next.index(), 1));
      if (batch.size() == BATCH_ROWS) {
        flush();
      }
    }

    void flush() throws InterruptedException {
      dead += publisher.publish(batch);
      done += batch.size();
      batch.clear();
      progress.rows(done, all);
    }
  }

  private void requireCommitTimes() throws SQLException {
    try (Statement statement = session.createStatement();
        ResultSet row =
            statement.executeQuery("select current_setting('track_commit_timestamp')")) {
      row.next();
      if (!"on".equals(row.getString(1))) {
        throw new SlotException(
            "PostgreSQL does not keep commit times, by which rows are put in order: set"
                + " track_commit_timestamp = on and restart it.");
      }
    }
  }

  private Connection open() throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", login.user());
    properties.setProperty("password", login.password());
    properties.setProperty("ApplicationName", "tailrace-rebuild");
    properties.setProperty("tcpKeepAlive", "true");
    return DriverManager.getConnection(login.url(), properties);
  }
}
