package io.tailrace.catchup;

import io.tailrace.schemas.http.ServiceProcess;
import java.util.List;

/** The catch-up service as a process of its own. */
public final class Main {
  private Main() {}

  /** Settings as {@code --name=value}; {@code --help} lists them. */
  public static void main(String[] arguments) {
    ServiceProcess.run(
        "catchup-service",
        CatchupConfig.keys(),
        List.of(arguments),
        settings -> CatchupService.start(CatchupConfig.from(settings), Main::end));
  }

  /** Whatever supervises the process starts it again, and sees that it failed. */
  private static void end() {
    System.err.println("catchup-service: the history store has stopped; its log says why");
    // On a thread of its own: the end waits for the store, whose thread says this.
    new Thread(() -> System.exit(1), "end").start();
  }
}
