package io.tailrace.relay;

import io.tailrace.relay.slot.SlotName;
import io.tailrace.relay.tail.Tail;
import io.tailrace.schemas.topic.Topics;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a relay does while another one leads, so that it has done everything once before it is its
 * turn: it reads the ends of the logs, and starts the engine on a slot that does not exist, which
 * ends where the stream would begin. Else the JVM would load thousands of classes while all rows
 * wait.
 *
 * <p>Nothing is written, and nothing depends on how it ends. The relay's thread.
 */
final class Rehearsal {
  private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);

  /** Nobody counts that far. */
  private static final SlotName NO_SLOT = new SlotName(Integer.MAX_VALUE);

  private static final long WITHIN_SECONDS = 20;

  private final RelayConfig config;
  private final KafkaSide kafka;

  Rehearsal(RelayConfig config, KafkaSide kafka) {
    this.config = config;
    this.kafka = kafka;
  }

  /**
   * @param inForce whose rows are read
   */
  void play(SlotName inForce) throws InterruptedException {
    try {
      if (kafka.topicsExist()) {
        // As if all had been confirmed, which looks back as little as possible.
        int _ = kafka.logEnd(inForce.incarnation(), Long.MAX_VALUE).size();
        int _ = kafka.eventsEnd(inForce.incarnation()).size();
        long _ = kafka.recordBytesMax();
        try (var producer = kafka.producer()) {
          int _ = producer.partitionsFor(Topics.OUTBOX).size();
        }
      }
      startEngine();
    } catch (RuntimeException e) {
      LOG.atDebug().setCause(e).log("the rehearsal broke off");
    }
  }

  private void startEngine() throws InterruptedException {
    CountDownLatch ended = new CountDownLatch(1);
    try (Tail _ =
        Tail.start(
            config.tailSource(NO_SLOT),
            lsn -> {
              throw new IllegalStateException("a stream of no slot began at " + lsn);
            },
            rows -> {
              throw new IllegalStateException("a stream of no slot brought " + rows.size());
            },
            (message, _) -> {
              LOG.atDebug().addKeyValue("end", message).log("the engine ended, as it must");
              ended.countDown();
            },
            System::nanoTime)) {
      if (!ended.await(WITHIN_SECONDS, TimeUnit.SECONDS)) {
        LOG.atDebug().log("the engine takes long");
      }
    }
  }
}
