package io.tailrace.load.driver;

import io.tailrace.load.driver.Counters.Name;
import io.tailrace.load.oracle.Via;
import io.tailrace.load.target.Target;
import java.io.IOException;
import java.util.Random;

/** A subscriber where only requests and answers pass: it asks for what comes after what it has. */
public final class LongPollFollower extends ProtocolFollower {
  private static final int WAIT_MS = 300;
  private static final int LIMIT = 500;
  private static final int AGAIN_MS = 100;

  public LongPollFollower(Seat seat, Crew crew, Target through, Random random) {
    super(seat, crew, through, random);
    begin();
  }

  @Override
  void connected() throws IOException, InterruptedException {
    for (var trail : handler.trails().values()) {
      poll(trail);
    }
  }

  private void poll(Trail trail) throws IOException, InterruptedException {
    var epoch = trail.begun() ? "&epoch=" + trail.epoch() : "";
    var answer =
        http.get(
            "/v1/channels/%s/events?after=%d&limit=%d&waitMs=%d%s"
                .formatted(trail.channel(), trail.last(), LIMIT, WAIT_MS, epoch));
    if (answer.passing()) {
      counters.count(Name.REFUSALS);
      pause(AGAIN_MS);
      return;
    }
    if (handler.isShutOut(trail, answer)) {
      pause(AGAIN_MS);
      return;
    }
    if (handler.leaps(trail, answer)) {
      return;
    }
    if (answer.status() != 200) {
      throw new ProtocolViolation(
          "%s, channel %s: a long poll after %d was answered %d %s"
              .formatted(name(), trail.channel(), trail.last(), answer.status(), answer.code()));
    }
    var page = HistoryAnswer.parse(answer.body());
    trail.subscribed(page.epoch(), page.head(), 0);
    handler.admitted(trail, page);
    for (var event : page.events()) {
      if (trail.offer(event, Via.LONG_POLL) != Trail.Outcome.APPLIED) {
        throw new ProtocolViolation(
            "%s, channel %s: a long poll after %d brought seq %d"
                .formatted(name(), trail.channel(), trail.last(), event.seq()));
      }
      counters.count(Name.DELIVERED);
    }
  }
}
