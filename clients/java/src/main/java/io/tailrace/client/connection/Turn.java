package io.tailrace.client.connection;

import static io.tailrace.client.connection.ConnectionState.NEVER;

import io.tailrace.client.Transport;
import io.tailrace.client.connection.ConnectionState.Leg;
import io.tailrace.client.connection.ConnectionState.Moving;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One decision in the making: the state as it becomes and the actions as they add up. Lives for one
 * call of {@link ConnectionCore#decide}.
 */
final class Turn {
  final Moment now;
  final List<ConnectionAction> actions = new ArrayList<>(2);
  boolean wanted;
  @Nullable Leg leg;
  @Nullable Leg next;
  Moving moving;
  Transport way;
  int failures;
  int blocked;
  int probes;
  long retryAtMs;
  long moveAtMs;
  long leaveByMs;
  private long links;

  Turn(ConnectionState from, Moment now) {
    this.now = now;
    this.wanted = from.wanted();
    this.leg = from.leg();
    this.next = from.next();
    this.moving = from.moving();
    this.way = from.way();
    this.failures = from.failures();
    this.blocked = from.blocked();
    this.probes = from.probes();
    this.retryAtMs = from.retryAtMs();
    this.moveAtMs = from.moveAtMs();
    this.leaveByMs = from.leaveByMs();
    this.links = from.links();
  }

  ConnectionState state() {
    return new ConnectionState(
        wanted, leg, next, moving, way, failures, blocked, probes, retryAtMs, moveAtMs, leaveByMs,
        links, now);
  }

  void act(ConnectionAction action) {
    actions.add(action);
  }

  /** A new link, which has so long to show that it works. */
  Leg open(Transport by, long limitMs) {
    long link = ++links;
    act(new ConnectionAction.Open(link, by));
    return new Leg(link, by, false, false, 0, NEVER, now.runMs() + limitMs, NEVER);
  }

  @Nullable Leg find(long link) {
    if (leg != null && leg.link() == link) {
      return leg;
    }
    return next != null && next.link() == link ? next : null;
  }

  /** Puts a changed leg where it was. */
  void put(Leg changed) {
    if (leg != null && leg.link() == changed.link()) {
      leg = changed;
    } else {
      next = changed;
    }
  }

  void stayHere() {
    moving = Moving.NO;
    moveAtMs = NEVER;
    leaveByMs = NEVER;
  }

  void tryAnotherWay() {
    way =
        switch (way) {
          case WEBSOCKET, AUTOMATIC -> Transport.SSE;
          case SSE -> Transport.POLL;
          case POLL -> Transport.WEBSOCKET;
        };
  }
}
