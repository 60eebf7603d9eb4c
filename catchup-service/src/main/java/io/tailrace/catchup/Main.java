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
        settings -> CatchupService.start(CatchupConfig.from(settings)));
  }
}
