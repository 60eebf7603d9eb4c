package io.tailrace.write.it;

import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.event.Envelope;
import io.tailrace.schemas.event.Times;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.topic.EventHeaders;
import io.tailrace.schemas.topic.Topics;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Plays relay and sequencer for tests of this module alone: looks for new rows of the outbox in
 * commit-time order and writes them to the log with epoch 1 and a seq. It polls, and takes commit
 * times for commit order, which only a test may.
 */
final class SequencerStandIn implements AutoCloseable {
  private static final String NEW_ROWS =
      """
      select id, tenant, channel, type, entity, author, data, traceparent,
        (extract(epoch from pg_xact_commit_timestamp(xmin)) * 1000000)::bigint as micros
      from tailrace.outbox where created_at > now() - interval '2 minutes'
      order by pg_xact_commit_timestamp(xmin), ctid
      """;

  private final KafkaProducer<byte[], byte[]> producer;
  private final Set<String> seen = new HashSet<>();
  private final Map<String, Long> heads = new HashMap<>();
  private final Map<String, Long> chains = new HashMap<>();
  private final Lock passing = new ReentrantLock(true);
  private final Thread thread;
  private volatile boolean paused;
  private volatile boolean stopping;

  SequencerStandIn() {
    producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", Servers.kafka().bootstrap(), "linger.ms", "0"),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    thread = Thread.ofPlatform().daemon().name("sequencer-stand-in").start(this::run);
  }

  /** Stops or goes on sequencing; once it has returned, nothing new is sequenced. */
  void pause(boolean pause) {
    passing.lock();
    try {
      paused = pause;
    } finally {
      passing.unlock();
    }
  }

  @Override
  public void close() {
    stopping = true;
    try {
      thread.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    producer.close();
  }

  private void run() {
    while (!stopping) {
      if (!paused) {
        try (Connection connection = Servers.connect()) {
          while (!stopping && isPassed(connection)) {
            LockSupport.parkNanos(2_000_000);
          }
        } catch (SQLException _) {
          // A test has killed the connection, or the schema is not there yet: connect again.
        }
      }
      LockSupport.parkNanos(2_000_000);
    }
  }

  /** One look, unless it is paused. */
  private boolean isPassed(Connection connection) throws SQLException {
    passing.lock();
    try {
      if (!paused) {
        pass(connection);
      }
      return !paused;
    } finally {
      passing.unlock();
    }
  }

  private void pass(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(NEW_ROWS);
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        if (seen.add(row.getString("id"))) {
          send(row);
        }
      }
    }
    producer.flush();
  }

  private void send(ResultSet row) throws SQLException {
    Channel channel = Channel.parse(row.getString("tenant"), row.getString("channel"));
    if (channel == null) {
      return;
    }
    long micros = row.getLong("micros");
    Envelope envelope =
        new Envelope(
            row.getString("id"),
            row.getString("type"),
            text(row, "entity"),
            text(row, "author"),
            Times.micros(micros),
            text(row, "traceparent"));
    byte[] data = row.getString("data").getBytes(StandardCharsets.UTF_8);
    long seq = heads.merge(channel.full(), 1L, Long::sum);
    long chain = Chain.next(chains.getOrDefault(channel.full(), Chain.start(1)), envelope, data);
    chains.put(channel.full(), chain);
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            Topics.EVENTS,
            null,
            micros / 1000,
            channel.full().getBytes(StandardCharsets.UTF_8),
            data);
    EventHeaders.writeEnvelope(record.headers(), channel, envelope);
    EventHeaders.writeSequence(record.headers(), 1, seq, chain);
    var _ =
        producer.send(
            record,
            (_, e) -> {
              if (e != null) {
                throw new IllegalStateException("the log did not take an event", e);
              }
            });
  }

  private static @Nullable String text(ResultSet row, String column) throws SQLException {
    return row.getString(column);
  }
}
