package io.tailrace.schemas.http;

import io.tailrace.schemas.problem.ProblemCode;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;

/**
 * Counts the requests that are being answered, so that a port can be closed between them. Once it
 * closes, whoever still asks on a connection that is kept is told to ask elsewhere. Any thread.
 *
 * <p>Undertow's worker cannot do that for itself: once it has been told to end, it still reads
 * requests, and its own timers, on which an orderly end of a connection depends, are refused.
 */
final class RunningRequests implements HttpHandler {
  private final HttpHandler next;
  private final Object lock = new Object();
  private int running;
  private boolean closing;

  RunningRequests(HttpHandler next) {
    this.next = next;
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) throws Exception {
    boolean late;
    synchronized (lock) {
      running++;
      late = closing;
    }
    exchange.addExchangeCompleteListener((_, then) -> {
      ended();
      then.proceed();
    });
    if (late) {
      exchange.setPersistent(false);
      Respond.problem(
          exchange, ProblemCode.NOT_READY, "this process is stopping: ask again, elsewhere");
    } else {
      next.handleRequest(exchange);
    }
  }

  private void ended() {
    synchronized (lock) {
      running--;
      lock.notifyAll();
    }
  }

  /**
   * Takes no more; waits until all that were taken have been answered, or so long. True where they
   * have been.
   */
  boolean close(long waitNanos) throws InterruptedException {
    long deadline = System.nanoTime() + waitNanos;
    synchronized (lock) {
      closing = true;
      while (running > 0) {
        long left = (deadline - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
          return false;
        }
        lock.wait(left);
      }
    }
    return true;
  }
}
