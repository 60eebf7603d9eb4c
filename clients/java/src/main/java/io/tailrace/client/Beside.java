package io.tailrace.client;

import io.tailrace.client.channel.ChannelState;
import io.tailrace.client.channel.Phase;
import io.tailrace.client.lane.Receipts;
import io.tailrace.client.lane.Signals;
import io.tailrace.client.wire.ServerMessage;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What goes beside the events of one followed channel: carries out what {@link Signals} and {@link
 * Receipts} decide, tells the listener, reads what was not shown. Owned by the loop thread.
 */
final class Beside {
  private final String channel;
  private final ChannelListener listener;
  private final Edges edges;
  private final Signals signals = new Signals();
  private final Receipts receipts = new Receipts();

  /** The link over which the channel is live, 0 where it is not. */
  private long home;

  /** The link over which signals can be said, 0 where they cannot. */
  private long saysOver;

  private boolean paced;

  /** Number of the latest reading; answers to others are ignored. */
  private long reading;

  /** The ways out. */
  interface Edges {
    /** The clock that never jumps. */
    long runMs();

    /** Who speaks over a link; null where it has no way back. */
    @Nullable String speaker(long link);

    void signal(long link, String channel, Signals.Said said);

    void receipt(long link, String channel, long seq);

    /** Reads how far everybody has read; the answer comes on the loop thread. */
    void readReceipts(String channel, Retry retry, Consumer<Answer> then);

    /** Reads the contract's rate of signals; the answer, if any, comes on the loop thread. */
    void readPace(String channel, DoubleConsumer then);
  }

  /** How often it was tried, and how long the server wants to be left alone at least. */
  record Retry(int attempt, long waitMsMin) {}

  /** What came of reading receipts. */
  sealed interface Answer {
    /** They were read. */
    record Read(ChannelReceipts receipts) implements Answer {}

    /** They were not; {@code again} where they may be later. */
    record Failed(boolean again, long waitMsMin) implements Answer {}
  }

  Beside(String channel, ChannelListener listener, Edges edges) {
    this.channel = channel;
    this.listener = listener;
    this.edges = edges;
  }

  /** The channel has taken something. */
  void follow(ChannelState state) {
    saysOver = state.subscribed() ? state.home() : 0;
    if (saysOver == 0) {
      signals.silence();
    }
    boolean live = state.phase() instanceof Phase.Live(boolean whole) && whole;
    long now = live ? state.home() : 0;
    if (now == home) {
      return;
    }
    home = now;
    String user = live ? edges.speaker(now) : null;
    if (user == null) {
      receipts.lost();
    } else {
      receipts.live(state.epoch(), state.seq(), user);
    }
    missed();
  }

  /** Somebody else's signal came. */
  void heard(ServerMessage.SignalShown shown) {
    if (saysOver != 0) {
      signals.hear(shown.signal(), shown.ttlMs(), edges.runMs());
      listener.onSignals(signals.shown());
    }
  }

  /** A receipt frame came. */
  void heard(ServerMessage.ReceiptShown shown) {
    if (saysOver != 0 && receipts.shown(shown.epoch(), shown.read())) {
      listener.onReceipts(receipts.places());
    }
  }

  /** Something that was said was refused. */
  void refused(String code, @Nullable Long retryAfterMs) {
    receipts.refused(code, retryAfterMs, edges.runMs());
  }

  /** To be said where it can be, else lost. */
  void signal(String type, String data) {
    if (saysOver == 0 || edges.speaker(saysOver) == null) {
      return;
    }
    if (!paced) {
      paced = true;
      edges.readPace(channel, signals::pacedAt);
    }
    signals.say(new Signals.Said(type, data));
  }

  /** To be said, and said again until it is kept. */
  void read(int epoch, long seq) {
    receipts.read(epoch, seq);
  }

  /** Receipt frames may not have come: the state is read as a whole, if it is wanted. */
  void missed() {
    long number = ++reading;
    if (home != 0 && listener.wantsReceipts()) {
      readAll(number, new Retry(0, 0));
    }
  }

  /** Nothing is said or read any more; nobody is told. */
  void clear() {
    reading++;
    signals.clear();
    receipts.clear();
  }

  /** The same, and that nothing is shown is told. */
  void end() {
    boolean heard = !signals.shown().isEmpty();
    boolean read = !receipts.places().isEmpty();
    clear();
    if (heard) {
      listener.onSignals(signals.shown());
    }
    if (read) {
      listener.onReceipts(receipts.places());
    }
  }

  /** Says and shows what is due; returns when to look again, {@link Receipts#NEVER} for no time. */
  long look(long nowMs) {
    signals.next(nowMs).forEach(said -> edges.signal(saysOver, channel, said));
    long seq = receipts.say(nowMs);
    if (seq > 0) {
      edges.receipt(home, channel, seq);
    }
    if (signals.expire(nowMs)) {
      listener.onSignals(signals.shown());
    }
    return Math.min(signals.nextMs(), receipts.nextMs());
  }

  private void readAll(long number, Retry retry) {
    edges.readReceipts(
        channel,
        retry,
        answer -> {
          if (number != reading) {
            return;
          }
          switch (answer) {
            case Answer.Read(ChannelReceipts all) -> {
              if (receipts.shown(all.epoch(), all.read())) {
                listener.onReceipts(receipts.places());
              }
            }
            case Answer.Failed(boolean again, long waitMsMin) -> {
              if (again) {
                readAll(number, new Retry(retry.attempt() + 1, waitMsMin));
              }
            }
          }
        });
  }
}
