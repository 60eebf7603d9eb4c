package io.tailrace.gateway.session;

import io.tailrace.gateway.encode.Wire;
import io.tailrace.schemas.event.Times;
import io.tailrace.schemas.frame.ClientFrame;
import io.tailrace.schemas.frame.ServerFrame;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.token.Identity;
import io.tailrace.schemas.token.TokenResult;
import java.time.Instant;
import java.util.Map;
import java.util.function.Function;

/**
 * Who speaks on a connection and whether it still lives: hello, auth, ping, deadlines. Owned by the
 * shard's thread.
 */
public final class SessionDesk {
  /** The version of the protocol that is spoken here. */
  public static final int VERSION = 1;

  private final Rules rules;
  private final Function<String, TokenResult> verifier;
  private final Decision decision;

  /**
   * What bounds a connection.
   *
   * @param helloWaitMs how long the first frame may take
   * @param heartbeatMs how often a client gives a sign of life
   * @param silenceMs how long it may give none
   * @param expiryGraceMs how long a connection outlives its token
   * @param framesPerSecond frames that a client may send, on average
   * @param framesBurst frames that it may send at once
   * @param limits what {@code welcome} tells of bounds
   * @param region what {@code welcome} tells of the place
   */
  public record Rules(
      long helloWaitMs,
      long heartbeatMs,
      long silenceMs,
      long expiryGraceMs,
      double framesPerSecond,
      double framesBurst,
      Map<String, Long> limits,
      String region) {}

  /** A desk. The verifier is quick and does no I/O. */
  public SessionDesk(Rules rules, Function<String, TokenResult> verifier, Decision decision) {
    this.rules = rules;
    this.verifier = verifier;
    this.decision = decision;
  }

  /** Whether a client may send one more frame now; closes the connection if not. */
  public boolean admits(Peer peer, long nowMs) {
    peer.heard(nowMs);
    if (peer.mayAsk(nowMs, rules.framesPerSecond(), rules.framesBurst())) {
      return true;
    }
    decision.close(
        peer,
        ProblemCode.RATE_LIMITED,
        "more than " + Math.round(rules.framesPerSecond()) + " frames a second");
    return false;
  }

  /** Takes the first frame. */
  public void hello(Peer peer, ClientFrame.Hello hello, long nowMs) {
    if (peer.identity() != null) {
      decision.refuse(
          peer,
          hello.ref(),
          null,
          ProblemCode.BAD_REQUEST,
          "hello was said already: use auth",
          null);
      return;
    }
    if (hello.version() != VERSION) {
      decision.close(peer, ProblemCode.VERSION, "this gateway speaks version " + VERSION);
      return;
    }
    switch (verifier.apply(hello.token())) {
      case TokenResult.Refused refused -> decision.close(peer, refused.code(), refused.detail());
      case TokenResult.Accepted(Identity accepted) -> {
        Identity identity = accepted.on(hello.device());
        peer.identify(identity);
        decision.send(
            peer,
            new ServerFrame.Welcome(
                hello.ref(),
                peer.session(),
                identity.user(),
                Times.format(identity.exp()),
                rules.heartbeatMs(),
                rules.limits(),
                Times.format(Instant.ofEpochMilli(nowMs)),
                rules.region()));
      }
    }
  }

  /** Takes a fresh token; whether it was one. */
  public boolean auth(Peer peer, Identity now, ClientFrame.Auth auth) {
    return switch (verifier.apply(auth.token())) {
      case TokenResult.Refused refused -> {
        decision.close(peer, refused.code(), refused.detail());
        yield false;
      }
      case TokenResult.Accepted(Identity fresh)
          when fresh.tenant().equals(now.tenant()) && fresh.user().equals(now.user()) -> {
        peer.identify(fresh.on(now.device()));
        decision.send(peer, new ServerFrame.Authed(auth.ref(), Times.format(fresh.exp())));
        yield true;
      }
      case TokenResult.Accepted _ -> {
        decision.refuse(
            peer,
            auth.ref(),
            null,
            ProblemCode.FORBIDDEN,
            "the token is another user's: open another connection",
            null);
        yield false;
      }
    };
  }

  /** Answers a ping. */
  public void ping(Peer peer, ClientFrame.Ping ping, long nowMs) {
    decision.send(
        peer, new ServerFrame.Pong(ping.ref(), Times.format(Instant.ofEpochMilli(nowMs))));
  }

  /** Looks at the deadlines of a connection. */
  public void tick(Peer peer, long nowMs) {
    if (peer.isClosing()) {
      return;
    }
    Identity identity = peer.identity();
    if (identity == null) {
      if (nowMs - peer.openedMs() >= rules.helloWaitMs()) {
        decision.close(peer, ProblemCode.SILENT, "no hello in time");
      }
      return;
    }
    if (nowMs >= identity.exp().toEpochMilli() + rules.expiryGraceMs()) {
      decision.close(peer, ProblemCode.TOKEN_EXPIRED, "the token has expired: get a fresh one");
      return;
    }
    // An event stream has no way back: its peer is found dead when comments can no longer be sent.
    if (peer.wire() == Wire.WEB_SOCKET && nowMs - peer.heardMs() >= rules.silenceMs()) {
      decision.close(peer, ProblemCode.SILENT, "no sign of life in time");
      return;
    }
    if (nowMs - Math.max(peer.heardMs(), peer.pingedMs()) >= rules.heartbeatMs()) {
      peer.pinged(nowMs);
      decision.ping(peer);
    }
  }
}
