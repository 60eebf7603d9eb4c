package io.tailrace.load.oracle;

import io.tailrace.load.oracle.Access.Admission;
import io.tailrace.load.oracle.Access.Audience;
import io.tailrace.load.oracle.Access.People;
import io.tailrace.load.oracle.Access.Reach;
import io.tailrace.load.oracle.Access.Refusal;
import io.tailrace.load.oracle.Access.Revocation;
import io.tailrace.schemas.event.Envelope;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** A channel whose events and lookers-on a test writes down, one after the other. */
final class WatchedRoom {
  static final String CHANNEL = "chat:room";
  private static final int EPOCH = 1;

  final Reference committed = new Reference(EPOCH);
  private final Set<String> users;
  private final List<Audience> audiences = new ArrayList<>();
  private final List<Admission> admissions = new ArrayList<>();
  private final List<Refusal> refusals = new ArrayList<>();
  private final List<Revocation> revocations = new ArrayList<>();
  private final List<SnapshotReading> snapshots = new ArrayList<>();

  WatchedRoom(String... users) {
    this.users = Set.of(users);
  }

  /** Somebody whom nothing is asked of writes. */
  WatchedRoom events(int count) {
    for (int n = 0; n < count; n++) {
      append("message.posted", null, "somebody", "{}");
    }
    return this;
  }

  WatchedRoom posted(String author) {
    append("message.posted", null, author, "{}");
    return this;
  }

  WatchedRoom entity(String entity) {
    append("message.posted", entity, "somebody", "{}");
    return this;
  }

  WatchedRoom set(String user, String role) {
    return set(user, role, "admin");
  }

  WatchedRoom set(String user, String role, String author) {
    append("member.set", "member:" + user, author, "{\"role\":\"" + role + "\"}");
    return this;
  }

  WatchedRoom removed(String user) {
    return removed(user, "admin");
  }

  WatchedRoom removed(String user, String author) {
    append("member.removed", "member:" + user, author, "{}");
    return this;
  }

  private void append(String type, @Nullable String entity, String author, String data) {
    var id = new UUID(0, committed.head() + 1).toString();
    committed.append(
        new Envelope(id, type, entity, author, "2026-11-25T04:30:26.000000Z", null),
        data.getBytes(StandardCharsets.UTF_8));
  }

  /** A follower that has these seqs, as one piece. */
  WatchedRoom follower(String user, Reach reach, long from, long to) {
    return followed(user, reach, List.of(piece(from, to)));
  }

  WatchedRoom followed(String user, Reach reach, List<Witness> pieces) {
    audiences.add(new Audience(user, "ws-" + user, reach, pieces));
    return this;
  }

  Witness piece(long from, long to) {
    return new Witness(
        "ws", from - 1, false, EPOCH, LongStream.rangeClosed(from, to).mapToObj(this::at).toList());
  }

  private Sighting at(long seq) {
    var event = committed.at(seq);
    return new Sighting(seq, event.id(), event.chain(), event.content(), Via.LIVE);
  }

  WatchedRoom admitted(String user, long head) {
    admissions.add(Admission.at(user, "history", head));
    return this;
  }

  WatchedRoom admitted(String user, long head, long asked, long after) {
    admissions.add(new Admission(user, "ws", head, asked, after));
    return this;
  }

  WatchedRoom refused(String user, long minSeq) {
    refusals.add(new Refusal(user, "ws", minSeq));
    return this;
  }

  WatchedRoom revoked(String user, long seq) {
    revocations.add(new Revocation(user, "ws", seq));
    return this;
  }

  WatchedRoom snapshot(String user, long at, long... shown) {
    Map<String, Sighting> entities = new HashMap<>();
    for (long seq : shown) {
      entities.put(SnapshotReading.keyOf(committed.at(seq).entity(), seq), at(seq));
    }
    snapshots.add(new SnapshotReading("reader", user, EPOCH, at, committed.chainAt(at), entities));
    return this;
  }

  Verdict judge() {
    var people = new People(users, Set.of("owner", "member"), Set.of("owner"));
    var access = new Access(people, audiences, admissions, refusals, revocations);
    return Oracle.judge(
        List.of(
            new ChannelRun(
                CHANNEL, committed, List.of(), Set.of(), List.of(), List.of(), List.of(), snapshots,
                access)));
  }
}
