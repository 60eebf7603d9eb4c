package io.tailrace.schemas.topic;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tailrace.schemas.contract.Contract;
import io.tailrace.schemas.contract.Contracts;
import java.util.List;
import org.apache.kafka.common.utils.Utils;

/**
 * In which partition a channel's records are: in the log, and in the topics that are placed beside
 * it. Immutable.
 *
 * <p>The partitions are divided evenly among the kinds whose contract says {@code log: own}, and
 * all others together. With n such kinds each of them has the whole part of partitions / (n + 1) to
 * itself, in the order of their names from the last partition on; the others share what is left.
 * Within its part a channel is where Kafka's default partitioner would put its name, so that
 * without such kinds every producer that knows nothing of this finds the same place.
 *
 * <p>Where a channel is must not change while the log lasts: its order lives in one partition.
 */
public final class Placement {
  /** All kinds share the log. */
  public static final Placement SHARED = new Placement(List.of());

  private final List<String> own;

  private Placement(List<String> own) {
    this.own = List.copyOf(own);
  }

  /** As these contracts have it. */
  public static Placement of(Contracts contracts) {
    return new Placement(
        contracts.all().stream().filter(Contract::ownLog).map(Contract::kind).sorted().toList());
  }

  /** The kinds that have partitions of their own, by name. */
  public List<String> own() {
    return own;
  }

  /**
   * Throws where there are too few partitions for every kind that wants its own and one for the
   * others.
   *
   * @throws IllegalArgumentException with what to do
   */
  public void requireRoom(int partitions) {
    if (partitions <= own.size()) {
      throw new IllegalArgumentException(
          "the contracts of "
              + String.join(", ", own)
              + " say log: own, which takes at least one partition each and one for all others, but"
              + " kafka.partitions is "
              + partitions
              + ": raise it, or let them say log: shared");
    }
  }

  /**
   * The partition of a channel's records.
   *
   * @param channel its full name, {@code tenant/kind:id}; what is no such name is placed among the
   *     shared kinds
   * @param partitions how many the topic has; enough for {@link #requireRoom}
   */
  public int partitionOf(String channel, int partitions) {
    int hash = Utils.toPositive(Utils.murmur2(channel.getBytes(UTF_8)));
    if (own.isEmpty()) {
      return hash % partitions;
    }
    int part = partitions / (own.size() + 1);
    int place = own.indexOf(kindOf(channel));
    return place < 0
        ? hash % (partitions - own.size() * part)
        : partitions - (place + 1) * part + hash % part;
  }

  private static String kindOf(String channel) {
    int begin = channel.indexOf('/') + 1;
    int end = channel.indexOf(':', begin);
    return end < 0 ? "" : channel.substring(begin, end);
  }
}
