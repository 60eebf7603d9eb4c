package io.tailrace.catchup.presence;

import io.tailrace.catchup.await.Moments;
import io.tailrace.catchup.read.Answer;
import io.tailrace.schemas.contract.Contract;
import io.tailrace.schemas.frame.JsonText;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.presence.Digest;
import io.tailrace.schemas.presence.Member;
import io.tailrace.schemas.presence.PresenceBook;
import io.tailrace.schemas.presence.ReadBack;
import io.tailrace.schemas.presence.RoomState;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;

/** What is known of who is where. Any thread. */
public final class Presence {
  private static final int DEVICES_MAX = 1_000_000;

  private final PresenceBook book = new PresenceBook(DEVICES_MAX);
  private final ReadBack readBack = new ReadBack();
  private boolean isRead;

  /** Nothing is known. */
  Presence() {}

  /** Whether what was written lately has been read, and what is written now is. */
  synchronized void read(boolean now) {
    isRead = now;
  }

  /**
   * A digest was read.
   *
   * @param wallMs now, in milliseconds since 1970
   * @param nowMs now, by a clock that only goes forward
   */
  synchronized void read(String channel, Digest digest, long writtenMs, long wallMs, long nowMs) {
    readBack.begin(wallMs, nowMs);
    book.read(channel, digest, readBack.ageMs(writtenMs, wallMs, nowMs), nowMs);
  }

  /**
   * A digest of another region was read.
   *
   * @param ageMs how old it is at least
   * @param nowMs now, by a clock that only goes forward
   */
  synchronized void readFar(String channel, Digest digest, long ageMs, long nowMs) {
    book.read(channel, digest, Math.min(ageMs, Digest.TTL_MS_MAX), nowMs);
  }

  /** Time has passed. */
  synchronized void tick(long wallMs, long nowMs) {
    readBack.begin(wallMs, nowMs);
    book.tick(nowMs);
    // Whoever asks is told all: nobody here waits for changes.
    book.takeChanged();
  }

  /** How many devices are known. */
  public synchronized int devices() {
    return book.devices();
  }

  /** Who is in a channel. */
  public Answer in(Channel channel, Contract.Presence rules) {
    RoomState state;
    synchronized (this) {
      if (!isRead) {
        return new Answer.Refused(
            Problem.retryAfter(
                ProblemCode.NOT_READY,
                "who is here has not been read yet: ask again",
                Moments.RETRY_AFTER_MS));
      }
      state = book.state(channel.full(), rules, false);
    }
    JsonText out = new JsonText(128 + 160 * state.members().size());
    out.ascii("{\"channel\":").string(channel.name());
    out.ascii(",\"count\":").number(state.count());
    out.ascii(",\"sampled\":").ascii(Boolean.toString(state.sampled()));
    state.crowd().writeTo(out.ascii(",\"modes\":"));
    Member.writeAll(out.ascii(",\"members\":"), state.members().values());
    return new Answer.Json(out.put('}').toByteArray());
  }
}
