package io.tailrace.gateway.shard;

import io.tailrace.gateway.drain.DrainDesk;
import io.tailrace.gateway.fanout.Input;
import io.tailrace.gateway.fanout.ShardCore;
import io.tailrace.gateway.resume.Windows;
import io.tailrace.gateway.tail.EventTail;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioIoThread;

/**
 * One shard per I/O thread, made when that thread's first connection comes, with a copy of the
 * tail's windows: so the gateway needs to know nothing of the server that it runs in. One whose
 * tail has broken is replaced in the same way. Any thread.
 */
public final class Shards {
  private static final long ATTACH_WAIT_SECONDS = 10;

  private final EventTail tail;
  private final BiFunction<Windows, XnioIoThread, Shard> make;
  private final Executor blocking;
  private final Map<XnioIoThread, Shard> byThread = new ConcurrentHashMap<>();
  private DrainDesk.@Nullable Plan leaving;
  private int left;

  /** What is done with a request once its shard is there, on the shard's thread. */
  public interface Then {
    /** Goes on with the request. */
    void handle(HttpServerExchange exchange, Shard shard) throws Exception;
  }

  /**
   * No shards yet.
   *
   * @param blocking runs the wait for the tail, once per I/O thread
   */
  public Shards(EventTail tail, BiFunction<Windows, XnioIoThread, Shard> make, Executor blocking) {
    this.tail = tail;
    this.make = make;
    this.blocking = blocking;
  }

  /** Goes on with a request on its I/O thread, with that thread's shard. */
  public void with(HttpServerExchange exchange, Then then) throws Exception {
    XnioIoThread thread = exchange.getIoThread();
    Shard shard = byThread.get(thread);
    if (shard == null || shard.isClosed()) {
      exchange.dispatch(
          blocking,
          (HttpHandler)
              waiting -> {
                attach(thread);
                waiting.dispatch(thread, (HttpHandler) ready -> with(ready, then));
              });
    } else if (exchange.isInIoThread()) {
      then.handle(exchange, shard);
    } else {
      exchange.dispatch(thread, (HttpHandler) ready -> with(ready, then));
    }
  }

  /** Lets all connections of all shards go; also of those that are made later. */
  public synchronized void leave(DrainDesk.Plan plan) {
    leaving = plan;
    byThread.values().forEach(shard -> shard.inputLater(new Input.Leave(plan.of(left++))));
  }

  /** Closes all connections of all shards. */
  public void shutDown(int code, String reason, String label) {
    byThread.values().forEach(shard -> shard.shutDown(code, reason, label));
  }

  /**
   * Asks every shard that is open; what they say comes in no order. Who asks bounds the wait: one
   * that ends meanwhile never answers.
   *
   * @param question asked on each shard's thread: brief, and changes nothing
   */
  public <T> CompletableFuture<List<T>> ask(Function<ShardCore, T> question) {
    List<CompletableFuture<T>> asked = new ArrayList<>();
    byThread.forEach((_, shard) -> {
      if (!shard.isClosed()) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        asked.add(answer);
        shard.execute(() -> answer.complete(question.apply(shard.core)));
      }
    });
    return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
        .thenApply(_ -> asked.stream().map(CompletableFuture::join).toList());
  }

  private synchronized @Nullable Shard attach(XnioIoThread thread)
      throws InterruptedException, ExecutionException, TimeoutException {
    Shard there = byThread.get(thread);
    if (there != null && !there.isClosed()) {
      return there;
    }
    Shard made =
        (Shard)
            tail.attach(windows -> make.apply(windows, thread))
                .get(ATTACH_WAIT_SECONDS, TimeUnit.SECONDS);
    made.start();
    if (leaving != null) {
      made.inputLater(new Input.Leave(leaving.of(left++)));
    }
    byThread.put(thread, made);
    return made;
  }
}
