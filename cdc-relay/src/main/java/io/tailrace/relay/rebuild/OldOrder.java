package io.tailrace.relay.rebuild;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tailrace.schemas.topic.EventHeaders;
import io.tailrace.schemas.topic.Topics;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * The order that the log gave its events, as far as the log still has them: (id, epoch, seq), put
 * into the table {@code old_order} of a session. Commit timestamps are taken a moment before the
 * commit gets its place in the WAL, so of two that came together they may name the wrong one first;
 * the log knows.
 */
final class OldOrder {
  private static final Duration POLL = Duration.ofMillis(500);
  private static final int POLLS_EMPTY_MAX = 60;

  private OldOrder() {}

  /**
   * Reads the log of events from its beginning to where it ends now.
   *
   * @param consumer of committed records, without a group; left assigned
   * @param epochMax later ones were never completed, and are passed over
   * @return how many events were found
   * @throws IllegalStateException where Kafka delivers nothing for half a minute
   */
  static long copy(Consumer<byte[], byte[]> consumer, Connection connection, int epochMax)
      throws SQLException {
    List<TopicPartition> partitions = new ArrayList<>();
    for (PartitionInfo info : consumer.partitionsFor(Topics.EVENTS)) {
      partitions.add(new TopicPartition(Topics.EVENTS, info.partition()));
    }
    consumer.assign(partitions);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    consumer.seekToBeginning(partitions);
    CopyIn copy =
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyIn("copy old_order (id, epoch, seq) from stdin");
    try {
      long found = 0;
      int empty = 0;
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        int before = empty++;
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          empty = 0;
          found += write(copy, record.headers(), epochMax);
        }
        if (before == POLLS_EMPTY_MAX && empty > 0) {
          throw new IllegalStateException(
              "Kafka does not deliver tailrace.events: is the cluster at kafka.bootstrap healthy?");
        }
      }
      copy.endCopy();
      return found;
    } finally {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    }
  }

  private static int write(CopyIn copy, Headers headers, int epochMax) throws SQLException {
    String id = text(headers.lastHeader(EventHeaders.ID));
    String epoch = text(headers.lastHeader(EventHeaders.EPOCH));
    String seq = text(headers.lastHeader(EventHeaders.SEQUENCE));
    if (id == null || epoch == null || seq == null) {
      return 0;
    }
    byte[] line;
    try {
      if (Integer.parseInt(epoch) > epochMax) {
        return 0;
      }
      line =
          (UUID.fromString(id) + "\t" + epoch + "\t" + Long.parseLong(seq) + "\n").getBytes(UTF_8);
    } catch (IllegalArgumentException e) {
      // No event of ours: it has no row either.
      return 0;
    }
    copy.writeToCopy(line, 0, line.length);
    return 1;
  }

  private static @Nullable String text(@Nullable Header header) {
    return header == null || header.value() == null ? null : new String(header.value(), UTF_8);
  }
}
