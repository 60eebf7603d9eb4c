package io.tailrace.load.replay;

import io.tailrace.client.ChannelEvent;
import io.tailrace.client.ChannelListener;
import io.tailrace.standalone.cli.CommandException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Follows one channel live and checks every event against the trace. */
final class LiveReader implements ChannelListener {
  private final String channel;
  private final Expected expected;
  private final long base;
  private final AtomicInteger received = new AtomicInteger();
  private final CountDownLatch live = new CountDownLatch(1);
  private final CountDownLatch done = new CountDownLatch(1);
  private final AtomicReference<String> fault = new AtomicReference<>("");

  /** Expects the trace's messages from seq {@code base} + 1 on. */
  LiveReader(String channel, Expected expected, long base) {
    this.channel = channel;
    this.expected = expected;
    this.base = base;
  }

  @Override
  public void onLive(int epoch, long head) {
    live.countDown();
  }

  @Override
  public void onEvent(ChannelEvent event) {
    int place = received.get();
    if (place >= expected.count(channel)) {
      fail("has more events than the trace, from seq " + event.seq());
    } else if (event.seq() != base + place + 1) {
      fail("seq " + event.seq() + " came where " + (base + place + 1) + " was due");
    } else if (!event.dataText().equals(expected.data(channel, place))) {
      fail("seq " + event.seq() + " is not message " + place + " of the trace");
    } else if (received.incrementAndGet() == expected.count(channel)) {
      done.countDown();
    }
  }

  @Override
  public void onReset(int epoch, long after) {
    fail("was reset to " + after + " of epoch " + epoch);
  }

  @Override
  public void onEnded(String code, String detail) {
    fail("ended: " + code + ", " + detail);
  }

  int received() {
    return received.get();
  }

  void awaitLive() throws InterruptedException {
    if (!live.await(30, TimeUnit.SECONDS)) {
      throw new CommandException(channel + " could not be followed within 30 s");
    }
  }

  void awaitAll(Duration longest) throws InterruptedException {
    boolean all = done.await(longest.toMillis(), TimeUnit.MILLISECONDS);
    String why = fault.get();
    if (!why.isEmpty()) {
      throw new CommandException(channel + " " + why);
    }
    if (!all) {
      throw new CommandException(
          channel + ": only " + received.get() + " of " + expected.count(channel) + " came live");
    }
  }

  private void fail(String why) {
    fault.compareAndSet("", why);
    done.countDown();
  }
}
