package io.tailrace.client.channel;

import io.tailrace.client.ChannelEvent;
import io.tailrace.client.EventPage;
import io.tailrace.client.Place;
import io.tailrace.client.Snapshot;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The server as the client can meet it: one committed log per epoch, two gateways that lag behind
 * it or run ahead with what is never committed, two stores that lag, memberships, retention. While
 * it is not kind it refuses, gives up and breaks off at random. What it is careless about it never
 * mends: then only the client's own checks help.
 */
final class ModelServer {
  private static final int WINDOW = 5;
  private static final int PAGE = 3;
  static final long SNAPSHOT_AFTER = 8;

  /** A subscribe on its way. */
  private record Asking(long ref, @Nullable Place place) {}

  /** One connection. Frames keep their order. */
  static final class Link {
    final long number;
    private final int gateway;
    private final ArrayDeque<Asking> up = new ArrayDeque<>();
    final ArrayDeque<ChannelInput> down = new ArrayDeque<>();
    // The last seq sent of the subscription, or -1 without one.
    private long sent = -1;

    private Link(long number, int gateway) {
      this.number = number;
      this.gateway = gateway;
    }

    void ask(long ref, @Nullable Place place) {
      up.add(new Asking(ref, place));
    }
  }

  private static final class Gateway {
    private int epoch = 1;
    private long seen;
    private final List<ChannelEvent> ghosts = new ArrayList<>();

    private long tail() {
      return seen + ghosts.size();
    }
  }

  private static final class Store {
    private int epoch = 1;
    private long head;
  }

  private final RandomGenerator random;
  private final boolean careless;
  // Whether a store says that it waited in vain, or answers with what it has.
  private final boolean patient;
  private final List<FakeLog> logs = new ArrayList<>(List.of(new FakeLog(1)));
  private final Gateway[] gateways = {new Gateway(), new Gateway()};
  private final Store[] stores = {new Store(), new Store()};
  private final List<Link> links = new ArrayList<>();
  final Set<Long> joins = new HashSet<>(Set.of(0L));
  // Chains of events that the follower was told are void, and that were not sent to it since.
  private final Set<Long> dropped = new HashSet<>();
  private long linkNumbers;
  private long first = 1;
  private long join;
  boolean member = true;
  boolean kind;

  ModelServer(RandomGenerator random, boolean careless) {
    this.random = random;
    this.careless = careless;
    this.patient = random.nextBoolean();
  }

  FakeLog log() {
    return logs.getLast();
  }

  FakeLog log(int epoch) {
    return logs.get(epoch - 1);
  }

  long join() {
    return join;
  }

  private boolean unkind(int oneIn) {
    return !kind && random.nextInt(oneIn) == 0;
  }

  /** The follower was told that this is void. */
  void dropped(ChannelEvent event) {
    dropped.add(event.chain());
  }

  /** Whether it was told so, and the event was not sent again since. */
  boolean isVoid(ChannelEvent event) {
    return dropped.contains(event.chain());
  }

  // ---- what happens

  void write() {
    Gateway ahead = gateways[0];
    boolean fits = ahead.epoch == log().epoch() && ahead.seen == log().head();
    if (fits && !ahead.ghosts.isEmpty() && random.nextBoolean()) {
      log().append(ahead.ghosts.getFirst());
    } else {
      log().append("n" + random.nextInt(1000));
    }
  }

  /** A gateway reads what will be rolled back. */
  void ghost() {
    Gateway gateway = gateways[random.nextInt(2)];
    FakeLog log = log(gateway.epoch);
    if (gateway.seen == log.head() && gateway.ghosts.size() < 3) {
      long chain =
          gateway.ghosts.isEmpty() ? log.chainAt(gateway.seen) : gateway.ghosts.getLast().chain();
      gateway.ghosts.add(log.after(gateway.tail() + 1, chain, "ghost" + random.nextInt(1000)));
    }
  }

  void newEpoch() {
    FakeLog next = new FakeLog(log().epoch() + 1);
    for (long seq = 1; seq <= log().head(); seq++) {
      next.append("again" + seq);
    }
    logs.add(next);
  }

  void expire() {
    long kept = Math.min(stores[0].head, stores[1].head);
    first = Math.max(first, kept - random.nextInt(4));
  }

  void revoke() {
    member = false;
    for (Link link : links) {
      if (link.sent >= 0) {
        link.down.add(new ChannelInput.Revoked(link.number, log().head()));
        link.sent = -1;
      }
    }
  }

  void admit() {
    member = true;
    join = log().head();
    joins.add(join);
  }

  /** Gateways and stores come a little nearer to the log. */
  void advance() {
    for (int i = 0; i < gateways.length; i++) {
      for (int times = random.nextInt(kind ? 1 : 0, 6); times > 0; times--) {
        advance(i);
      }
    }
    for (Store store : stores) {
      if (store.epoch < log().epoch()) {
        if (kind || random.nextInt(4) == 0) {
          store.epoch++;
          store.head = 0;
        }
      } else if (store.head < log().head()) {
        store.head +=
            kind ? log().head() - store.head : random.nextLong(log().head() - store.head + 1);
      }
    }
  }

  private void advance(int number) {
    Gateway gateway = gateways[number];
    FakeLog log = log(gateway.epoch);
    if (gateway.epoch < log().epoch()) {
      if (kind || random.nextInt(4) == 0) {
        gateway.epoch++;
        gateway.seen = 0;
        gateway.ghosts.clear();
        endSubscriptions(number, gateway.epoch, 0, -1);
      }
    } else if (gateway.seen < log.head()) {
      ChannelEvent next = log.at(gateway.seen + 1);
      if (gateway.ghosts.isEmpty()) {
        gateway.seen++;
      } else if (gateway.ghosts.getFirst().chain() == next.chain()) {
        gateway.ghosts.removeFirst();
        gateway.seen++;
      } else {
        gateway.ghosts.clear();
        endSubscriptions(number, gateway.epoch, gateway.seen, gateway.seen);
      }
    } else if (kind && !gateway.ghosts.isEmpty()) {
      gateway.ghosts.clear();
      endSubscriptions(number, gateway.epoch, gateway.seen, gateway.seen);
    }
  }

  private void endSubscriptions(int gateway, int epoch, long after, long sentAbove) {
    for (Link link : links) {
      if (link.gateway == gateway && link.sent > sentAbove) {
        link.down.add(new ChannelInput.Reset(link.number, epoch, after));
        link.sent = -1;
      }
    }
  }

  // ---- live

  Link connect() {
    Link link = new Link(++linkNumbers, random.nextInt(2));
    links.add(link);
    return link;
  }

  void disconnect(Link link) {
    links.remove(link);
  }

  List<Link> links() {
    return links;
  }

  /** The gateway answers an ask, or sends the next event of a subscription, or gives up on it. */
  void serve(Link link) {
    if (!link.up.isEmpty()) {
      link.sent = -1;
      answer(link, link.up.remove());
      return;
    }
    Gateway gateway = gateways[link.gateway];
    if (link.sent < 0 || link.sent >= gateway.tail()) {
      return;
    }
    if (unkind(30)) {
      link.down.add(new ChannelInput.Behind(link.number, link.sent, gateway.seen));
      link.sent = -1;
    } else if (unkind(60)) {
      link.down.add(
          new ChannelInput.Reset(link.number, gateway.epoch, random.nextLong(link.sent + 1)));
      link.sent = -1;
    } else {
      link.sent++;
      ChannelEvent event = at(gateway, link.sent);
      // A gateway may give again what a reset made void, while it does not know better.
      dropped.remove(event.chain());
      link.down.add(new ChannelInput.Arrived(link.number, event));
    }
  }

  private ChannelEvent at(Gateway gateway, long seq) {
    return seq <= gateway.seen
        ? log(gateway.epoch).at(seq)
        : gateway.ghosts.get((int) (seq - gateway.seen) - 1);
  }

  private void answer(Link link, Asking asking) {
    Gateway gateway = gateways[link.gateway];
    Place place = asking.place();
    int epoch = gateway.epoch;
    if (!member) {
      refuse(link, asking, "forbidden");
    } else if (unkind(6)) {
      refuse(link, asking, "not_ready");
    } else if (place != null && place.epoch() > epoch) {
      if (random.nextBoolean()) {
        refuse(link, asking, "not_ready");
      } else {
        // Hostile: a gateway that follows an epoch which has passed.
        subscribed(link, asking, place.seq(), gateway.seen, null);
      }
    } else if (place != null && place.epoch() != 0 && place.epoch() < epoch) {
      if (join > gateway.seen) {
        refuse(link, asking, "not_ready");
      } else if (random.nextBoolean()) {
        link.down.add(new ChannelInput.Reset(link.number, epoch, 0));
      } else {
        subscribed(link, asking, join, gateway.seen, gateway.seen);
      }
    } else {
      sameEpoch(link, asking, gateway);
    }
  }

  private void sameEpoch(Link link, Asking asking, Gateway gateway) {
    Place place = asking.place();
    // Who was removed in between begins behind the return; a gateway that has not come to it waits.
    long after = place == null ? gateway.tail() : Math.max(place.seq(), join);
    if (after > gateway.tail() || join > gateway.seen) {
      if (place != null && after == place.seq() && join <= gateway.seen) {
        link.down.add(new ChannelInput.Reset(link.number, gateway.epoch, gateway.seen));
      } else {
        refuse(link, asking, "not_ready");
      }
      return;
    }
    Long chain = place == null || after != place.seq() ? null : place.chain();
    long here = after == 0 ? log(gateway.epoch).chainAt(0) : at(gateway, after).chain();
    if (chain != null && !careless && chain != here) {
      link.down.add(new ChannelInput.Reset(link.number, gateway.epoch, 0));
    } else if (gateway.tail() - after <= WINDOW || after >= gateway.seen) {
      subscribed(link, asking, after, gateway.seen, null);
    } else {
      long phantom = unkind(3) ? 3 : 0;
      subscribed(link, asking, after, gateway.seen, gateway.seen + phantom);
    }
  }

  private void refuse(Link link, Asking asking, String code) {
    Long retryAfterMs = code.equals("forbidden") ? null : 5L;
    link.down.add(new ChannelInput.Refused(asking.ref(), code, "said the model", retryAfterMs));
  }

  private void subscribed(Link link, Asking asking, long after, long head, @Nullable Long to) {
    Gateway gateway = gateways[link.gateway];
    Long catchUpTo = to != null && to > after ? to : null;
    link.down.add(new ChannelInput.Subscribed(asking.ref(), gateway.epoch, head, after, catchUpTo));
    link.sent = catchUpTo == null ? after : Math.min(catchUpTo, gateway.seen);
  }

  // ---- history

  ChannelInput answer(long request, ChannelAction.Request asked) {
    Store store = stores[random.nextInt(2)];
    if (unkind(4)) {
      String code = random.nextBoolean() ? "not_ready" : "unreachable";
      return refused(request, code, null);
    }
    if (!member) {
      return refused(request, "forbidden", null);
    }
    return switch (asked) {
      case ChannelAction.ReadPage page -> page(page, store);
      case ChannelAction.ReadSnapshot _ -> snapshot(request, store);
      case ChannelAction.ReadContract _ -> new ChannelInput.ContractRead(request, SNAPSHOT_AFTER);
      case ChannelAction.AskAgain _ -> throw new IllegalArgumentException("no request of history");
    };
  }

  private static ChannelInput refused(long request, String code, @Nullable Integer epoch) {
    return new ChannelInput.HistoryRefused(request, 0, code, "said the model", null, epoch);
  }

  private ChannelInput page(ChannelAction.ReadPage asked, Store store) {
    boolean asksEpoch = !unkind(10); // else: a store that does not look at the epoch
    if (asksEpoch && store.epoch < asked.epoch()) {
      return refused(asked.request(), "not_ready", null);
    }
    if (asksEpoch && store.epoch > asked.epoch()) {
      return refused(asked.request(), "epoch_changed", store.epoch);
    }
    if (store.head < asked.minSeq() && patient) {
      return refused(asked.request(), "wait_timeout", null);
    }
    long after = Math.max(asked.after(), join);
    if (after + 1 < first) {
      return refused(asked.request(), "history_gone", null);
    }
    long to = Math.min(store.head, after + PAGE);
    List<ChannelEvent> events = log(store.epoch).between(after, to);
    Long next = to < store.head ? (Long) to : null;
    return new ChannelInput.PageRead(
        asked.request(), new EventPage(FakeLog.CHANNEL, store.epoch, store.head, events, next));
  }

  private ChannelInput snapshot(long request, Store store) {
    FakeLog log = log(store.epoch);
    long seq = store.head;
    // Later pages of it may be read higher up.
    long read = seq + (log.head() > seq ? random.nextLong(log.head() - seq + 1) : 0);
    List<ChannelEvent> entities = List.copyOf(log.latest(join, read));
    return new ChannelInput.SnapshotRead(
        request, new Snapshot(FakeLog.CHANNEL, store.epoch, seq, log.chainAt(seq), entities));
  }
}
