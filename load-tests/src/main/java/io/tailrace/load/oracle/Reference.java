package io.tailrace.load.oracle;

import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.event.Envelope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One channel as PostgreSQL committed it: what everybody else must have seen, numbered and chained
 * here a second time, independently of the sequencer. Not safe for several threads.
 */
public final class Reference {

  /**
   * The event that must stand at {@code seq}.
   *
   * @param isMembership whether it adds or removes somebody
   */
  public record Expected(
      long seq,
      UUID id,
      @Nullable String entity,
      @Nullable String author,
      boolean isMembership,
      long chain,
      long content) {}

  private final int epoch;
  private final List<Expected> events = new ArrayList<>();
  private final Map<UUID, Long> seqs = new HashMap<>();
  private final Membership members = new Membership();
  private @Nullable Expected committedTwice;
  private long chain;

  public Reference(int epoch) {
    this.epoch = epoch;
    this.chain = Chain.start(epoch);
  }

  /** Appends the next committed row of the channel, in commit order. */
  public void append(Envelope envelope, byte[] data) {
    chain = Chain.next(chain, envelope, data);
    var id = UUID.fromString(envelope.id());
    long seq = events.size() + 1L;
    var expected =
        new Expected(
            seq,
            id,
            envelope.entity(),
            envelope.author(),
            members.take(seq, envelope, data),
            chain,
            contentOf(envelope, data));
    events.add(expected);
    if (seqs.putIfAbsent(id, expected.seq()) != null && committedTwice == null) {
      committedTwice = expected;
    }
  }

  /**
   * A hash over everything that a reader is shown of an event; the chain function is reused because
   * it covers exactly that.
   */
  public static long contentOf(Envelope envelope, byte[] data) {
    return Chain.next(0, envelope, data);
  }

  public int epoch() {
    return epoch;
  }

  public long head() {
    return events.size();
  }

  /** To whom the channel belongs, as far as it has been appended. */
  public Membership members() {
    return members;
  }

  public Expected at(long seq) {
    return events.get(Math.toIntExact(seq - 1));
  }

  /** The chain up to {@code seq}; 0 is the empty channel. */
  public long chainAt(long seq) {
    return seq == 0 ? Chain.start(epoch) : at(seq).chain();
  }

  /** The place at which PostgreSQL committed this id, or null if it never did. */
  public @Nullable Long seqOf(UUID id) {
    return seqs.get(id);
  }

  /**
   * The first row whose id had been committed before in this channel: a retry that was carried out
   * a second time.
   */
  public @Nullable Expected committedTwice() {
    return committedTwice;
  }

  public List<Expected> events() {
    return List.copyOf(events);
  }
}
