package io.tailrace.client;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The one thread that owns a client, and its inbox. Whoever brings more than the thread takes
 * waits; that is how a slow listener slows the socket.
 */
final class ClientLoop {
  private static final int BATCH = 256;
  private static final long IDLE_MS = 1_000;

  /** What the thread does when there is nothing in the inbox. */
  interface Duty {
    /** Before the first message. */
    void begin();

    /**
     * After each batch, and whenever it is time; returns in how many milliseconds at the latest.
     */
    long look();

    /** Last. */
    void end();
  }

  private final Duty duty;
  private final Consumer<Throwable> fault;
  private final LongSupplier nanoTime;
  private final ArrayBlockingQueue<Runnable> inbox;
  private final Thread thread;
  private final Timers timers = new Timers();
  private volatile boolean closed;

  ClientLoop(Duty duty, int inboxMax, Consumer<Throwable> fault, LongSupplier nanoTime) {
    this.duty = duty;
    this.fault = fault;
    this.nanoTime = nanoTime;
    this.inbox = new ArrayBlockingQueue<>(inboxMax);
    this.thread = Thread.ofPlatform().name("tailrace-client").daemon(true).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  boolean closed() {
    return closed;
  }

  /** Runs on the loop thread, at once when that is the caller. Waits where the inbox is full. */
  void post(Runnable task) {
    if (Thread.currentThread() == thread) {
      task.run();
      return;
    }
    try {
      while (!closed && !inbox.offer(task, 1, TimeUnit.SECONDS)) {
        // the loop is slow: so is whoever brings more
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** Runs on the loop thread, never before the caller has returned. */
  void soon(Runnable task) {
    if (Thread.currentThread() == thread) {
      later(0, task);
    } else {
      post(task);
    }
  }

  /** From the loop thread. */
  void later(long ms, Runnable task) {
    timers.add(nanoTime.getAsLong() + TimeUnit.MILLISECONDS.toNanos(ms), task);
  }

  void close() {
    closed = true;
    thread.interrupt();
    if (Thread.currentThread() != thread) {
      try {
        thread.join(2_000);
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void run() {
    try {
      duty.begin();
      loop();
    } catch (Throwable thrown) { // the thread's top: a listener's bug must not look like silence
      closed = true;
      fault.accept(thrown);
    } finally {
      closed = true;
      boolean _ = Thread.interrupted(); // it has ended the loop, and would end the last writes too
      duty.end();
    }
  }

  private void loop() {
    List<Runnable> batch = new ArrayList<>(BATCH);
    long waitMs = 0;
    while (!closed) {
      long idleNanos = TimeUnit.MILLISECONDS.toNanos(Math.clamp(waitMs, 0, IDLE_MS));
      try {
        long patience = timers.untilNext(nanoTime.getAsLong(), idleNanos);
        Runnable first = inbox.poll(patience, TimeUnit.NANOSECONDS);
        if (first != null) {
          batch.add(first);
          inbox.drainTo(batch, BATCH - 1);
        }
      } catch (InterruptedException _) {
        continue; // closed
      }
      batch.forEach(Runnable::run);
      batch.clear();
      timers.runDue(nanoTime.getAsLong());
      waitMs = duty.look();
    }
  }
}
