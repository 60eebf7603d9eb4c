package io.tailrace.write;

import io.tailrace.schemas.http.ServiceProcess;
import java.util.List;

/** write-service as a process of its own. */
public final class Main {
  private Main() {}

  /** Runs until SIGTERM. */
  public static void main(String[] arguments) {
    ServiceProcess.run(
        WriteService.NAME,
        WriteConfig.keys(),
        List.of(arguments),
        settings -> WriteService.start(WriteConfig.from(settings)));
  }
}
