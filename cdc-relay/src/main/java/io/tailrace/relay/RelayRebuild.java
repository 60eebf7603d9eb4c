package io.tailrace.relay;

import io.tailrace.relay.lead.LeadSession;
import io.tailrace.relay.publish.Halt;
import io.tailrace.relay.publish.Publisher;
import io.tailrace.relay.rebuild.Rebuild;
import io.tailrace.relay.slot.SlotException;
import io.tailrace.relay.slot.Source;
import io.tailrace.schemas.topic.Placement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;

/**
 * A rebuild with a relay's settings, on the caller's thread. No relay may lead meanwhile; services
 * that write and read may go on.
 */
public final class RelayRebuild {
  /** A relay that has just been stopped may still be letting go of its lock. */
  private static final Duration LOCK_WAIT = Duration.ofSeconds(5);

  private static final Duration LOOK_EVERY = Duration.ofMillis(250);

  private final RelayConfig config;
  private final Placement placement;
  private final KafkaSide kafka;
  private final Halt halt;

  private RelayRebuild(RelayConfig config, Halt halt) {
    this.config = config;
    this.placement = config.placement();
    this.kafka = new KafkaSide(config);
    this.halt = halt;
  }

  /**
   * Publishes all rows again as the next epoch; see {@link Rebuild}.
   *
   * @param atLeast the epoch is not lower than this
   * @param halt ends the process, where Kafka fails for good in the middle of a batch
   * @throws SlotException with what to do, where it cannot be begun or ended
   */
  public static Rebuild.Outcome run(
      RelayConfig config, int atLeast, Rebuild.Progress progress, Halt halt)
      throws InterruptedException {
    return new RelayRebuild(config, halt).run(atLeast, progress);
  }

  private Rebuild.Outcome run(int atLeast, Rebuild.Progress progress) throws InterruptedException {
    try (LeadSession session =
        LeadSession.open(config.databaseUrl(), config.databaseUser(), config.databasePassword())) {
      awaitLock(session);
      awaitSurroundings(session);
      Rebuild.Login login =
          new Rebuild.Login(
              config.databaseUrl(),
              config.databaseUser(),
              config.databasePassword(),
              config.slotFailover());
      return new Rebuild(login, session.connection(), new Access(), progress).run(atLeast);
    } catch (SQLException e) {
      throw new SlotException(
          "PostgreSQL refused a step of the rebuild: "
              + e.getMessage()
              + ". What was begun is void; run `tailrace rebuild` again.",
          e);
    }
  }

  private static void awaitLock(LeadSession session) throws SQLException, InterruptedException {
    long deadline = System.nanoTime() + LOCK_WAIT.toNanos();
    while (!session.tryLock()) {
      if (System.nanoTime() - deadline > 0) {
        throw new SlotException(
            "A relay, or another rebuild, is at work on this database: stop every relay, then run"
                + " `tailrace rebuild` again.");
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_EVERY.toMillis());
    }
  }

  private void awaitSurroundings(LeadSession session) throws SQLException, InterruptedException {
    long deadline = System.nanoTime() + config.startWait().toNanos();
    Source source = new Source(session.connection());
    while (!source.migrated() || !kafka.topicsExist()) {
      if (System.nanoTime() - deadline > 0) {
        throw new SlotException(
            "The database is not migrated, or Kafka has no topics tailrace.outbox,"
                + " tailrace.events and tailrace.deadletter: start write-service and the sequencer"
                + " once, which make them.");
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_EVERY.toMillis());
    }
  }

  private final class Access implements Rebuild.Kafka {
    @Override
    public Admin admin() {
      return kafka.admin();
    }

    @Override
    public Consumer<byte[], byte[]> consumer(boolean committedOnly) {
      return kafka.consumer("tailrace-rebuild", committedOnly);
    }

    @Override
    public Placement placement() {
      return placement;
    }

    @Override
    public boolean isLogBegun() {
      return kafka.isLogBegun();
    }

    @Override
    public Publisher publisher() throws InterruptedException {
      return new Publisher(
          kafka.producer(), placement, kafka.recordBytesMax(), config.ackWait(), halt);
    }
  }
}
