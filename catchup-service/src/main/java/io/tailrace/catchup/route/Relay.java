package io.tailrace.catchup.route;

import io.tailrace.catchup.send.Outlet;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Passes the body of another process on, as fast as the client takes it: the next buffers are asked
 * for when the ones before have gone.
 *
 * <p>Thread: the client library's, one at a time, and the I/O thread for what had to wait.
 */
final class Relay implements Flow.Subscriber<List<ByteBuffer>> {
  private static final ByteBuffer[] NONE = {};

  private final Outlet outlet;
  private volatile Flow.@Nullable Subscription source;

  /** One for the source until it is at its end, one for buffers until they are written. */
  private final AtomicInteger open = new AtomicInteger(1);

  /** Into a response whose headers are set. */
  Relay(HttpServerExchange exchange, Outlet.Pace pace, Executor threads) {
    Outlet.Pace own =
        new Outlet.Pace(
            pace.stallMs(),
            pace.stalled(),
            () -> {
              Flow.Subscription subscription = source;
              if (subscription != null) {
                subscription.cancel();
              }
              pace.ended().run();
            });
    this.outlet = new Outlet(exchange, own, () -> threads.execute(this::onWritten));
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    source = subscription;
    subscription.request(1);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    open.incrementAndGet();
    try {
      if (outlet.write(buffers.toArray(NONE))) {
        onWritten();
      }
    } catch (IOException | RuntimeException e) {
      outlet.cut();
    }
  }

  private void onWritten() {
    Flow.Subscription subscription = source;
    if (open.decrementAndGet() == 0) {
      outlet.end();
    } else if (subscription != null) {
      subscription.request(1);
    }
  }

  @Override
  public void onError(Throwable fault) {
    outlet.cut();
  }

  @Override
  public void onComplete() {
    if (open.decrementAndGet() == 0) {
      outlet.end();
    }
  }
}
