package io.tailrace.load.driver;

import io.tailrace.client.ChannelEvent;
import io.tailrace.client.ChannelListener;
import io.tailrace.client.Snapshot;
import io.tailrace.client.TailraceClient;
import io.tailrace.client.Transport;
import io.tailrace.client.channel.Trouble;
import io.tailrace.load.driver.Counters.Name;
import io.tailrace.load.oracle.Witness;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A subscriber that uses the product's Java client, which promises each event once and in order:
 * here a repeat or a gap is a violation. It needs gateway and history at one address. The client's
 * thread calls it.
 */
public final class ClientFollower implements Follower {
  private final String name;
  private final Counters counters;
  private final Failures failures;
  private final TailraceClient client;
  private final Map<String, Trail> trails = new LinkedHashMap<>();
  private final AtomicLong stallMs = new AtomicLong();

  /** Follows the channels from their first event on. */
  public ClientFollower(
      String name, List<String> channels, int epoch, Transport transport, Crew crew) {
    this.name = name;
    this.counters = crew.counters();
    this.failures = crew.failures();
    var http = crew.http(name);
    this.client =
        TailraceClient.builder(http.gateway().toString())
            .token(http::token)
            .transport(transport)
            .build();
    for (var channel : channels) {
      var trail = new Trail(name, channel);
      trail.subscribed(epoch, 0, 0);
      trails.put(channel, trail);
    }
    trails.forEach((channel, trail) -> client.subscribe(channel, 0, new Listener(trail)));
  }

  private final class Listener implements ChannelListener {
    private final Trail trail;

    Listener(Trail trail) {
      this.trail = trail;
    }

    @Override
    public void onEvent(ChannelEvent event) {
      var seen =
          new SeenEvent(
              event.channel(), event.seq(), event.envelope(), event.chain(), event.data());
      try {
        if (trail.offer(seen, false) != Trail.Outcome.APPLIED) {
          throw new ProtocolViolation(
              "%s, channel %s: the client delivered seq %d after seq %d"
                  .formatted(name, trail.channel(), event.seq(), trail.last()));
        }
        counters.count(Name.DELIVERED);
      } catch (ProtocolViolation violation) {
        failures.fail(violation);
      }
      stall();
    }

    @Override
    public void onLive(int epoch, long head) {
      trail.subscribed(epoch, head, 0);
    }

    @Override
    public void onReset(int epoch, long after) {
      counters.count(Name.RESETS);
      trail.reset(after);
    }

    @Override
    public void onSnapshot(Snapshot snapshot) {
      failures.fail(
          new ProtocolViolation(
              "%s, channel %s: got a snapshot although no history is gone"
                  .formatted(name, trail.channel())));
    }

    @Override
    public void onTrouble(Trouble trouble, String detail) {
      counters.count(
          switch (trouble) {
            case GAP -> Name.GAPS;
            case BEHIND, OVERFLOW -> Name.BEHIND;
            case CHAIN -> Name.CHAINS;
            case REFUSED, HISTORY -> Name.REFUSALS;
          });
    }

    @Override
    public void onEnded(String code, String detail) {
      failures.fail(new ProtocolViolation("%s was ended: %s, %s".formatted(name, code, detail)));
    }

    @Override
    public boolean canRollBack() {
      return true;
    }
  }

  private void stall() {
    long ms = stallMs.getAndSet(0);
    if (ms > 0) {
      try {
        TimeUnit.MILLISECONDS.sleep(ms);
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<String> channels() {
    return List.copyOf(trails.keySet());
  }

  @Override
  public void cut() {
    counters.count(Name.CUTS);
    client.cutConnection();
  }

  @Override
  public void stall(long ms) {
    stallMs.set(ms);
  }

  @Override
  public long last(String channel) {
    var trail = trails.get(channel);
    return trail == null ? 0 : trail.last();
  }

  @Override
  public boolean subscribed(String channel) {
    var trail = trails.get(channel);
    return trail != null && trail.begun();
  }

  @Override
  public List<Witness> witnesses(String channel) {
    var trail = trails.get(channel);
    return trail == null ? List.of() : trail.witnesses();
  }

  @Override
  public void close() {
    client.close();
  }
}
