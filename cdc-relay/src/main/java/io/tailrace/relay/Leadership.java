package io.tailrace.relay;

import io.tailrace.relay.lead.LeadSession;
import io.tailrace.relay.publish.Halt;
import io.tailrace.relay.publish.Publisher;
import io.tailrace.relay.slot.Incarnations;
import io.tailrace.relay.slot.SlotException;
import io.tailrace.relay.slot.SlotGate;
import io.tailrace.relay.slot.SlotName;
import io.tailrace.relay.slot.SlotSetup;
import io.tailrace.relay.slot.SlotState;
import io.tailrace.relay.slot.Source;
import io.tailrace.relay.tail.StartCheck;
import io.tailrace.relay.tail.Tail;
import io.tailrace.relay.tail.TailSource;
import io.tailrace.relay.translate.Translator;
import io.tailrace.schemas.topic.Placement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One relay's life: wait for the lock, look whether the slot may be read, read it, watch it.
 *
 * <pre>
 *   starting ──► standing by ──► checking ──► streaming ──► stopped
 *        └───────── any failure: halt ───────────┘
 * </pre>
 *
 * <p>Runs on a thread of its own; {@link #stop} may be called from another.
 */
final class Leadership implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);
  private static final Duration LOCK_EVERY = Duration.ofMillis(100);
  private static final Duration START_EVERY = Duration.ofMillis(10);
  private static final Duration WATCH_EVERY = Duration.ofSeconds(1);

  /** Where this relay stands. */
  enum Stage {
    STARTING,
    STANDING_BY,
    STREAMING,
    STOPPED
  }

  private final RelayConfig config;
  private final Placement placement;
  private final KafkaSide kafka;
  private final RelayMetrics metrics;
  private final Halt halt;
  private final InstantSource clock;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private volatile Stage stage = Stage.STARTING;

  Leadership(RelayConfig config, RelayMetrics metrics, Halt halt, InstantSource clock) {
    this.config = config;
    this.placement = config.placement();
    this.kafka = new KafkaSide(config);
    this.metrics = metrics;
    this.halt = halt;
    this.clock = clock;
  }

  Stage stage() {
    return stage;
  }

  void stop() {
    stopping.countDown();
  }

  @Override
  public void run() {
    try (LeadSession session = open()) {
      lead(session);
    } catch (SlotException e) {
      halt.halt(String.valueOf(e.getMessage()), e.getCause());
    } catch (SQLException e) {
      halt.halt("PostgreSQL cannot be asked", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      halt.halt("the relay failed", e);
    } finally {
      metrics.leading(false);
      stage = Stage.STOPPED;
    }
  }

  private LeadSession open() throws SQLException, InterruptedException {
    long deadline = clock.millis() + config.startWait().toMillis();
    while (true) {
      try {
        return LeadSession.open(
            config.databaseUrl(), config.databaseUser(), config.databasePassword());
      } catch (SQLException e) {
        if (clock.millis() >= deadline || pause(WATCH_EVERY)) {
          throw e;
        }
        LOG.atWarn().addKeyValue("reason", e.getMessage()).log("PostgreSQL is not there yet");
      }
    }
  }

  private void lead(LeadSession session) throws SQLException, InterruptedException {
    while (!session.tryLock()) {
      if (stage != Stage.STANDING_BY) {
        rehearse(session);
        stage = Stage.STANDING_BY;
        LOG.atInfo().log("standing by");
      }
      if (pause(LOCK_EVERY)) {
        return;
      }
    }
    Source source = new Source(session.connection());
    if (!awaitSurroundings(source)) {
      return;
    }
    // Under the lock: no rebuild can change it any more while this relay leads.
    Incarnations incarnations = new Incarnations(session.connection());
    SlotName slot = incarnations.inForce();
    incarnations.requireOwnLogs(placement.own(), kafka::isLogBegun);
    if (config.slotCreate()
        && SlotSetup.create(session.connection(), slot, config.slotFailover())) {
      LOG.atInfo().addKeyValue("slot", slot.name()).log("made the replication slot");
    }
    SlotGate gate = new SlotGate(source, slot);
    SlotState start = awaitFree(gate);
    if (start == null) {
      return;
    }
    stream(source, gate, start.confirmed(), source.timeline());
  }

  /** Whoever waits for it to be ready finds it as quick as it will be. */
  private void rehearse(LeadSession session) throws SQLException, InterruptedException {
    try {
      if (new Source(session.connection()).migrated()) {
        new Rehearsal(config, kafka).play(new Incarnations(session.connection()).inForce());
      }
    } catch (SlotException e) {
      // It matters to whoever leads, who asks again.
      LOG.atDebug().setCause(e).log("nothing to rehearse with");
    }
  }

  /** Schema and topics are made by others, who may be starting now. False: stopped meanwhile. */
  private boolean awaitSurroundings(Source source) throws SQLException, InterruptedException {
    long deadline = clock.millis() + config.startWait().toMillis();
    while (true) {
      boolean schema = source.migrated();
      if (schema && kafka.topicsExist()) {
        return true;
      }
      if (clock.millis() >= deadline) {
        throw new SlotException(
            schema
                ? "Kafka has no topics tailrace.outbox, tailrace.events and tailrace.deadletter, or does"
                    + " not answer:"
                    + " check kafka.bootstrap and start the sequencer, which makes them."
                : "The database has no table tailrace.incarnation, or an older one: start write-service,"
                    + " whose migrations make it, and check database.url.");
      }
      if (pause(LOCK_EVERY)) {
        return false;
      }
    }
  }

  /** The slot's state once nobody else holds it; null where stopped meanwhile. */
  private @Nullable SlotState awaitFree(SlotGate gate) throws SQLException, InterruptedException {
    long deadline = clock.millis() + config.slotWait().toMillis();
    String told = "";
    while (true) {
      SlotState state = gate.usable();
      String holder = state.holder();
      if (holder == null) {
        return state;
      }
      if (clock.millis() >= deadline) {
        throw new SlotException(
            "The replication slot "
                + gate.slot().name()
                + " is still held by "
                + holder
                + " after "
                + config.slotWait().toSeconds()
                + " s, and that session is not the relay that leads. End it with"
                + " pg_terminate_backend, or raise slot.wait.ms above wal_sender_timeout.");
      }
      if (!holder.equals(told)) {
        told = holder;
        LOG.atWarn()
            .addKeyValue("slot", gate.slot().name())
            .addKeyValue("holder", holder)
            .log("the slot is held by another session, waiting");
      }
      if (pause(LOCK_EVERY)) {
        return null;
      }
    }
  }

  /**
   * The stream starts while it is looked whether the log continues this database: nothing is
   * published, and the slot is told nothing, before that is known.
   */
  private void stream(Source source, SlotGate gate, long confirmed, int timeline)
      throws SQLException, InterruptedException {
    SlotName slot = gate.slot();
    Translator translator = new Translator(slot.incarnation(), timeline, confirmed);
    CountDownLatch started = new CountDownLatch(1);
    long recordBytesMax = kafka.recordBytesMax();
    LOG.atInfo()
        .addKeyValue("slot", slot.name())
        .addKeyValue("confirmed", Long.toHexString(confirmed))
        .addKeyValue("timeline", timeline)
        .addKeyValue("recordBytesMax", recordBytesMax)
        .log("starting the stream");
    try (Publisher publisher =
        new Publisher(kafka.producer(), placement, recordBytesMax, config.ackWait(), halt)) {
      HeldRows rows = new HeldRows(this::isStopping);
      Tail tail =
          Tail.start(
              config.tailSource(slot),
              check(slot, confirmed, started),
              rows,
              this::streamEnded,
              System::nanoTime);
      try {
        gate.requireSameHistory(
            timeline,
            kafka.logEnd(slot.incarnation(), confirmed),
            kafka.eventsEnd(slot.incarnation()));
        rows.release(new Carrier(translator, publisher, metrics, clock));
        watch(source, gate, started);
      } catch (SQLException e) {
        // At once, without a clean end of the stream: whoever leads now waits for the slot.
        halt.halt("the session that holds the lead lock is lost, or PostgreSQL is", e);
      } catch (SlotException e) {
        halt.halt(String.valueOf(e.getMessage()), e.getCause());
      } catch (RuntimeException e) {
        // Nor does the end wait for rows that nobody will release.
        halt.halt("the relay failed", e);
      } finally {
        if (!tail.stop()) {
          LOG.atWarn().log("the stream did not end by itself; ending its session");
          source.endHolder(slot);
        }
      }
    }
  }

  private void streamEnded(String message, @Nullable Throwable cause) {
    if (isStopping()) {
      // What was on its way comes again from the slot.
      return;
    }
    // Debezium wraps; what happened stands innermost.
    Throwable innermost = cause;
    while (innermost != null && innermost.getCause() != null) {
      innermost = innermost.getCause();
    }
    String reason = innermost == null ? message : innermost.toString();
    halt.halt("the replication stream ended: " + reason, cause);
  }

  /**
   * The stream must start where the slot stood while nobody held it. Asked on a connection of its
   * own: this runs on the engine's thread. Until rows are acknowledged nobody else can move the
   * slot, so what is read now is where the stream starts.
   */
  private StartCheck check(SlotName slot, long confirmed, CountDownLatch started) {
    return startLsn -> {
      try (LeadSession side =
          LeadSession.open(
              config.databaseUrl(), config.databaseUser(), config.databasePassword())) {
        SlotState now = new SlotGate(new Source(side.connection()), slot).usable();
        if (startLsn != confirmed || now.confirmed() != confirmed || now.holder() == null) {
          throw new IllegalStateException(
              "the slot moved while the stream was started; start the relay again");
        }
      }
      started.countDown();
    };
  }

  private void watch(Source source, SlotGate gate, CountDownLatch started)
      throws SQLException, InterruptedException {
    while (started.getCount() > 0) {
      if (pause(START_EVERY)) {
        return;
      }
    }
    stage = Stage.STREAMING;
    metrics.leading(true);
    LOG.atInfo().addKeyValue("slot", gate.slot().name()).log("streaming");
    do {
      SlotState state = gate.usable();
      metrics.slot(state.walStatus(), state.lagBytes());
      if (state.lagBytes() > config.idleBytesMax()) {
        // Others write, or rows are on their way: in both cases the slot may pass this place once
        // the stream has brought it.
        source.writeMessage(TailSource.MESSAGE_PREFIX);
        metrics.nudged();
      }
    } while (!pause(WATCH_EVERY));
  }

  private boolean isStopping() {
    return stopping.getCount() == 0;
  }

  /** Waits; true when it is time to stop. */
  private boolean pause(Duration time) throws InterruptedException {
    return stopping.await(time.toMillis(), TimeUnit.MILLISECONDS);
  }
}
