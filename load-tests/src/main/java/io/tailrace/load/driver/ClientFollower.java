package io.tailrace.load.driver;

import io.tailrace.client.ChannelEvent;
import io.tailrace.client.ChannelListener;
import io.tailrace.client.Snapshot;
import io.tailrace.client.TailraceClient;
import io.tailrace.client.Transport;
import io.tailrace.client.channel.Trouble;
import io.tailrace.load.driver.Counters.Name;
import io.tailrace.load.oracle.Via;
import io.tailrace.load.oracle.Witness;
import io.tailrace.load.target.Target;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * A subscriber that uses the product's Java client, behind an application that is slow every now
 * and then. The client's thread calls it.
 */
public final class ClientFollower implements Follower {
  private static final int EVENTS_BETWEEN_STALLS = 2_000;
  private static final int STALL_MS_MAX = 1_500;

  /** Until one who was shut out asks again. */
  private static final int AGAIN_MS = 250;

  private final Seat seat;
  private final Counters counters;
  private final Random random;
  private final TailraceClient client;
  private final ClientTrails trails;

  /** Follows the channels from their first event on, reached {@code through} an address. */
  public ClientFollower(
      Seat seat, Transport transport, Numbered numbered, Target through, Random random) {
    var crew = numbered.crew();
    this.seat = seat;
    this.counters = crew.counters();
    this.random = random;
    var http = crew.http(seat, through);
    this.client =
        TailraceClient.builder(http.gateway().toString())
            .token(http::token)
            .device(seat.device())
            .transport(transport)
            .build();
    trails = new ClientTrails(seat, numbered, Via.JAVA_CLIENT);
    trails.forEach((channel, trail) -> client.subscribe(channel, 0, new Listener(channel, trail)));
  }

  private final class Listener implements ChannelListener {
    private final String channel;
    private final ClientTrail trail;

    Listener(String channel, ClientTrail trail) {
      this.channel = channel;
      this.trail = trail;
    }

    @Override
    public void onEvent(ChannelEvent event) {
      trail.delivered(seen(event));
      stall();
    }

    @Override
    public void onLive(int epoch, long head) {
      trail.live(epoch, head);
    }

    @Override
    public void onReset(int epoch, long after) {
      trail.reset(after);
    }

    @Override
    public void onSnapshot(Snapshot snapshot) {
      if (trail.comesAndGoes()) {
        trail.state(
            snapshot.seq(), snapshot.entities().stream().map(ClientFollower::seen).toList());
      } else {
        trail.wrong("got a snapshot although no history is gone");
      }
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
      if (!trail.mayReturn(code)) {
        trail.wrong("was ended: %s, %s".formatted(code, detail));
        return;
      }
      Thread.ofVirtual()
          .name("again " + channel)
          .start(() -> {
            ProtocolFollower.pause(AGAIN_MS);
            client.again(channel);
          });
    }

    @Override
    public boolean canRollBack() {
      return true;
    }
  }

  private static SeenEvent seen(ChannelEvent event) {
    return new SeenEvent(
        event.channel(), event.seq(), event.envelope(), event.chain(), event.data());
  }

  private void stall() {
    if (random.nextInt(EVENTS_BETWEEN_STALLS) == 0) {
      try {
        TimeUnit.MILLISECONDS.sleep(random.nextInt(STALL_MS_MAX));
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public String name() {
    return seat.name();
  }

  @Override
  public List<String> channels() {
    return seat.channels();
  }

  @Override
  public long last(String channel) {
    return trails.last(channel);
  }

  @Override
  public boolean subscribed(String channel) {
    return trails.subscribed(channel);
  }

  @Override
  public List<Witness> witnesses(String channel) {
    return trails.witnesses(channel);
  }

  @Override
  public void close() {
    client.close();
  }
}
