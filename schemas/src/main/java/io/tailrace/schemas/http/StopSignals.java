package io.tailrace.schemas.http;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * SIGTERM and SIGINT as requests: the first one is waited for, the second one ends the process at
 * once. Without this the JVM would end by the first one, with 143 or 130, however well all has
 * stopped, and would not hear the second. Any thread.
 */
public final class StopSignals {
  private static final int KILLED = 128;

  private final CountDownLatch asked = new CountDownLatch(1);
  private final AtomicBoolean again = new AtomicBoolean();

  private StopSignals() {}

  /** Takes the signals from the JVM, for the rest of the process. */
  public static StopSignals take() {
    StopSignals signals = new StopSignals();
    for (String name : List.of("TERM", "INT")) {
      signals.handle(name);
    }
    return signals;
  }

  /** Returns when the process is asked to stop. */
  public void await() throws InterruptedException {
    asked.await();
  }

  private void heard(int number) {
    if (again.getAndSet(true)) {
      Runtime.getRuntime().halt(KILLED + number);
    }
    asked.countDown();
  }

  /**
   * The one way to hear a signal is a supported class (JEP 260) for which javac has a warning that
   * cannot be turned off: hence not by its name.
   */
  private void handle(String name) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Method number = signal.getMethod("getNumber");
      Object own =
          Proxy.newProxyInstance(
              StopSignals.class.getClassLoader(),
              new Class<?>[] {handler},
              (_, method, arguments) -> {
                if (!method.getName().equals("handle")) {
                  throw new UnsupportedOperationException(method.getName());
                }
                heard((int) number.invoke(arguments[0]));
                return null;
              });
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), own);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("SIG" + name + " cannot be handled by this JVM", e);
    }
  }
}
