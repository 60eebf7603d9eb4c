package io.tailrace.load.scenario;

import io.tailrace.client.Transport;
import io.tailrace.load.driver.ClientFollower;
import io.tailrace.load.driver.Crew;
import io.tailrace.load.driver.Follower;
import io.tailrace.load.driver.HttpWriter;
import io.tailrace.load.driver.JsClient;
import io.tailrace.load.driver.Ledger;
import io.tailrace.load.driver.LongPollFollower;
import io.tailrace.load.driver.MemberChanger;
import io.tailrace.load.driver.MemberReader;
import io.tailrace.load.driver.MemberRoom;
import io.tailrace.load.driver.Numbered;
import io.tailrace.load.driver.ProcessFollower;
import io.tailrace.load.driver.Seat;
import io.tailrace.load.driver.SocketFollower;
import io.tailrace.load.driver.SseFollower;
import io.tailrace.load.oracle.Access;
import io.tailrace.load.oracle.Access.Audience;
import io.tailrace.load.oracle.Access.Reach;
import io.tailrace.load.target.Target;
import io.tailrace.schemas.contract.Contract;
import io.tailrace.schemas.contract.Contracts;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The channels of a run that have members: ten users who are let in and shut out at random, write
 * whenever they can, and look on every path all the time, let in or not. One thread at a time.
 */
final class MemberChannels implements AutoCloseable {
  private static final int USERS = 10;

  /**
   * A long poll asks for one channel after the other, and a client's cache of many is another test.
   */
  private static final int FEW = 5;

  private static final int CHANGES_PER_SECOND_MAX = 20;
  private static final double READS_PER_SECOND = 2;
  private static final long TICK_MS = 100;

  private record Watcher(Follower follower, String user, Reach reach) {}

  private final Numbered numbered;
  private final Crew crew;
  private final Ledger ledger;
  private final Subscribers networks;
  private final @Nullable JsClient js;
  private final Random random;
  private final List<String> users;
  private final List<MemberRoom> rooms;
  private final List<Watcher> watchers = new ArrayList<>();

  /**
   * What a run's users are called, and what they look at.
   *
   * @param names the channels; of four, two belong to a first member who stays, one has no such
   *     member, and one is open to everybody until some time in the run
   */
  record Plan(String run, List<String> names, int seconds) {}

  /**
   * @param networks each user reaches the system through a faulty one
   * @param js the JavaScript client, or null where it cannot run
   */
  MemberChannels(
      Plan plan, Numbered numbered, Ledger ledger, Subscribers networks, @Nullable JsClient js) {
    this.numbered = numbered;
    this.crew = numbered.crew();
    this.ledger = ledger;
    this.networks = networks;
    this.js = js;
    this.random = networks.child();
    this.users =
        IntStream.range(0, USERS).mapToObj(n -> "verify-%s-u%d".formatted(plan.run(), n)).toList();
    this.rooms = rooms(plan);
  }

  private List<MemberRoom> rooms(Plan plan) {
    long now = System.nanoTime();
    List<MemberRoom> all = new ArrayList<>();
    for (int n = 0; n < plan.names().size(); n++) {
      var name = plan.names().get(n);
      all.add(
          switch (n % 4) {
            case 0, 1 -> new MemberRoom(name, users.get(n % USERS), now);
            case 2 -> {
              double part = 0.2 + 0.5 * random.nextDouble();
              long afterMs = (long) (part * TimeUnit.SECONDS.toMillis(plan.seconds()));
              yield new MemberRoom(name, null, now + TimeUnit.MILLISECONDS.toNanos(afterMs));
            }
            default -> new MemberRoom(name, null, now);
          });
    }
    return List.copyOf(all);
  }

  /** Makes the first members, and lets everybody begin. */
  void start(double writesPerSecond) throws IOException, InterruptedException {
    if (rooms.isEmpty()) {
      return;
    }
    var changer = new MemberChanger(crew, ledger, rooms, users, networks.child());
    for (var room : rooms) {
      while (!changer.begin(room)) {
        TimeUnit.MILLISECONDS.sleep(TICK_MS);
      }
    }
    for (int n = 0; n < USERS; n++) {
      startUser(n, writesPerSecond / USERS);
    }
    int changesPerSecond = Math.clamp(rooms.size(), 3, CHANGES_PER_SECOND_MAX);
    for (int n = 0; n < 2; n++) {
      crew.start(
          "changer-" + n,
          changesPerSecond / 2.0,
          new MemberChanger(crew, ledger, rooms, users, networks.child()));
    }
  }

  private void startUser(int n, double writesPerSecond) throws IOException {
    var user = users.get(n);
    var all = rooms.stream().map(MemberRoom::channel).toList();
    var few = few(n);
    var through = networks.anotherNetwork();
    watch(
        user,
        Reach.ALL,
        new SocketFollower(
            Seat.member("member ws-" + n, user, all), true, crew, through, networks.child()));
    switch (n % 5) {
      case 0 -> {
        var one = List.of(few.getFirst());
        watch(
            user,
            Reach.ALL,
            new SseFollower(
                Seat.member("member sse-" + n, user, one), crew, through, networks.child()));
      }
      case 1 ->
          watch(
              user,
              Reach.ALL,
              new LongPollFollower(
                  Seat.member("member poll-" + n, user, few), crew, through, networks.child()));
      case 2 -> watchByJava(n, user, few, through);
      case 3 -> watchByJs(n, user, few, through);
      default -> {
        // Reads history alone.
      }
    }
    var reader =
        new MemberReader(
            Seat.member("member reader-" + n, user, all),
            numbered,
            through,
            ledger,
            networks.child());
    crew.start("member-reader-" + n, READS_PER_SECOND, reader);
    var author = new HttpWriter.Author(user, all, true);
    crew.start(
        "member-writer-" + n,
        writesPerSecond,
        new HttpWriter(author, crew, ledger, networks.child()));
  }

  private List<String> few(int n) {
    return IntStream.range(0, Math.min(FEW, rooms.size()))
        .mapToObj(k -> rooms.get((n + k) % rooms.size()).channel())
        .toList();
  }

  private void watchByJava(int n, String user, List<String> channels, Target through) {
    var seat = Seat.member("member java-" + n, user, channels);
    watch(
        user,
        Reach.END,
        new ClientFollower(seat, Transport.WEBSOCKET, numbered, through, networks.child()));
  }

  private void watchByJs(int n, String user, List<String> channels, Target through)
      throws IOException {
    if (js == null) {
      watchByJava(n, user, channels, through);
      return;
    }
    var seat = Seat.member("member js-" + n, user, channels);
    watch(
        user,
        Reach.END,
        new ProcessFollower(seat, js.command(List.of("ws"), null), numbered, through));
  }

  private void watch(String user, Reach reach, Follower follower) {
    watchers.add(new Watcher(follower, user, reach));
  }

  /** Who is a member in the end and lacks something, or nothing; to be asked when nobody writes. */
  String incomplete() {
    for (var watcher : watchers) {
      var follower = watcher.follower();
      for (var channel : follower.channels()) {
        if (ledger.mayRead(channel, watcher.user())
            && !(follower.subscribed(channel) && follower.last(channel) >= ledger.head(channel))) {
          return "%s at %d of %d in %s"
              .formatted(follower.name(), follower.last(channel), ledger.head(channel), channel);
        }
      }
    }
    return "";
  }

  /** Asks, on every catch-up service, as every user, where each channel ends: yes or no. */
  void askAtTheEnd(long deadline) throws InterruptedException {
    var target = crew.target();
    for (int n = 0; n < target.histories().size(); n++) {
      for (var user : users) {
        var all = rooms.stream().map(MemberRoom::channel).toList();
        var seat = Seat.member("at the end of %s, service %d".formatted(user, n), user, all);
        var reader = new MemberReader(seat, numbered, target.turn(n), ledger, random);
        for (var channel : all) {
          while (!reader.isAnswered(channel)) {
            if (System.nanoTime() > deadline) {
              crew.failures().fail(new IllegalStateException(user + " got no answer at the end"));
              return;
            }
            TimeUnit.MILLISECONDS.sleep(TICK_MS);
          }
        }
      }
    }
  }

  /** Those who may read all of a channel to its end. */
  List<Seat> keepers() {
    List<Seat> seats = new ArrayList<>();
    for (var room : rooms) {
      var keeper = room.keeper();
      if (keeper != null) {
        seats.add(Seat.member("history", keeper, List.of(room.channel())));
      }
    }
    return seats;
  }

  /** Ends the watchers and hands everything to the ledger. */
  void collect() {
    watchers.forEach(watcher -> watcher.follower().close());
    var people = people();
    for (var room : rooms) {
      var page = crew.access().of(room.channel());
      var audiences =
          watchers.stream()
              .filter(watcher -> watcher.follower().channels().contains(room.channel()))
              .map(watcher -> audience(watcher, room.channel()));
      ledger.watched(
          room.channel(),
          new Access(
              people,
              Stream.concat(audiences, page.looks().stream()).toList(),
              page.admissions(),
              page.refusals(),
              page.revocations()));
    }
  }

  private static Audience audience(Watcher watcher, String channel) {
    var follower = watcher.follower();
    return new Audience(
        watcher.user(), follower.name(), watcher.reach(), follower.witnesses(channel));
  }

  private Access.People people() {
    var contract = Contracts.shipped().of("chat");
    var members = contract == null ? null : contract.members();
    if (members == null) {
      throw new IllegalStateException("the kind chat has no members");
    }
    return new Access.People(
        Set.copyOf(users),
        members.rolesThatMay(Contract.MemberMay.PUBLISH),
        members.rolesThatMay(Contract.MemberMay.MEMBERS));
  }

  /** What happened in these channels, by name; when all is collected. */
  Map<String, Long> counts() {
    Map<String, Long> counts = new TreeMap<>();
    for (var run : ledger.runs()) {
      var access = run.access();
      if (!access.equals(Access.UNWATCHED)) {
        var members = run.committed().members();
        counts.merge("channels with members", 1L, Long::sum);
        counts.merge("channels closed", members.closedAt() > 0 ? 1L : 0, Long::sum);
        counts.merge("members set", members.sets(), Long::sum);
        counts.merge("members removed", members.removals(), Long::sum);
        counts.merge("members back again", members.returns(), Long::sum);
        counts.merge("answers to members", (long) access.admissions().size(), Long::sum);
        counts.merge(
            "sightings by members",
            access.audiences().stream()
                .flatMap(audience -> audience.pieces().stream())
                .mapToLong(piece -> piece.sightings().size())
                .sum(),
            Long::sum);
      }
    }
    return counts;
  }

  @Override
  public void close() {
    watchers.forEach(watcher -> watcher.follower().close());
  }
}
