package io.tailrace.gateway.fanout;

import io.tailrace.gateway.drain.DrainDesk;
import io.tailrace.gateway.encode.Frame;
import io.tailrace.gateway.ephemeral.EphemeralFrame;
import io.tailrace.gateway.session.Peer;
import io.tailrace.schemas.frame.ClientFrames;
import io.tailrace.schemas.join.JoinWire;
import io.tailrace.schemas.token.Identity;
import java.util.List;
import java.util.Set;

/** Everything that can happen to a shard. */
public sealed interface Input {
  /** Records of the feed, in the order of each partition. */
  record Feed(List<Frame> frames) implements Input {}

  /** Ephemeral frames, in the order in which they were decided. */
  record Shown(List<EphemeralFrame> frames) implements Input {}

  /** Presence of these channels had no room on its way here: their lists are out of date. */
  record Unshown(Set<String> channels) implements Input {
    /** Copies the collection. */
    public Unshown {
      channels = Set.copyOf(channels);
    }
  }

  /** Answers of the stores. */
  record Joined(List<JoinWire.Answer> answers) implements Input {}

  /** A connection was opened. */
  record Opened(Peer peer) implements Input {}

  /** Who opened it was known before, from the request that asked for an event stream. */
  record Identified(Peer peer, Identity identity) implements Input {}

  /** A message of a client. */
  record Received(Peer peer, ClientFrames.Parsed message) implements Input {}

  /** A sign of life that asks for nothing. */
  record Heard(Peer peer) implements Input {}

  /** A queue has drained enough to go on with replays. */
  record Drained(Peer peer) implements Input {}

  /** A connection has gone. */
  record Gone(Peer peer) implements Input {}

  /** The gateway leaves, and lets its connections go. */
  record Leave(DrainDesk.Plan plan) implements Input {}

  /** Time has passed. */
  record Tick() implements Input {}
}
