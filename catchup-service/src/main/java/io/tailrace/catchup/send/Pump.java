package io.tailrace.catchup.send;

import io.tailrace.catchup.read.Pieces;
import io.tailrace.schemas.problem.Problem;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends one body, piece after piece. The next piece is read and coded when the client has taken the
 * one before: one that takes its time holds one piece and no thread.
 *
 * <p>Thread: one at a time; the fields pass from one to the next with the task or the selector.
 */
final class Pump implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Pump.class);

  private final Outlet outlet;
  private final Body body;
  private final Executor threads;
  private volatile ByteBuffer piece;
  private volatile boolean last;

  /**
   * What is sent.
   *
   * @param first what is sent first, coded already
   * @param isLast whether that is all
   * @param pieces what follows
   * @param gzip codes what follows; null: nothing is coded
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes are sent, never compared or changed
  record Body(byte[] first, boolean isLast, Pieces pieces, @Nullable Gzip gzip) {}

  /**
   * Of a response whose headers are set.
   *
   * @param threads which may wait for the store
   */
  Pump(HttpServerExchange exchange, Body body, Executor threads, Outlet.Pace pace) {
    this.outlet = new Outlet(exchange, pace, this::onWritten);
    this.body = body;
    this.piece = ByteBuffer.wrap(body.first());
    this.last = body.isLast();
    this.threads = threads;
  }

  private void onWritten() {
    if (last) {
      outlet.end();
    } else {
      // A task per piece, so that one fast client does not keep a thread for all of its body.
      threads.execute(() -> guarded(() -> load() && write()));
    }
  }

  /** Begins; outside of any handler. */
  @Override
  public void run() {
    guarded(this::write);
  }

  private boolean write() throws IOException {
    if (outlet.write(piece)) {
      onWritten();
    }
    return true;
  }

  /** A step; false where the body cannot go on. */
  @FunctionalInterface
  private interface Step {
    boolean take() throws IOException, InterruptedException;
  }

  private void guarded(Step step) {
    try {
      if (!step.take()) {
        outlet.cut();
      }
    } catch (IOException | RejectedExecutionException e) {
      // The client has gone, or this process is going.
      outlet.cut();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      outlet.cut();
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).log("an answer could not be read to its end");
      outlet.cut();
    }
  }

  private boolean load() throws InterruptedException {
    while (true) {
      switch (body.pieces().next()) {
        case Pieces.Piece.More(byte[] bytes) -> set(bytes, false);
        case Pieces.Piece.Last(byte[] bytes) -> set(bytes, true);
        case Pieces.Piece.Broken(Problem problem) -> {
          String reason = problem.code().code();
          LOG.atInfo().addKeyValue("reason", reason).log("an answer was cut");
          return false;
        }
      }
      if (last || piece.hasRemaining()) {
        return true;
      }
    }
  }

  private void set(byte[] bytes, boolean isLast) {
    Gzip gzip = body.gzip();
    last = isLast;
    piece = ByteBuffer.wrap(gzip == null ? bytes : gzip.code(bytes, isLast));
  }
}
