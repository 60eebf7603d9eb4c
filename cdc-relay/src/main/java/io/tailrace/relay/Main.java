package io.tailrace.relay;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tailrace.schemas.http.ServiceProcess;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** The relay as a process of its own. A supervisor starts it again when it has halted. */
public final class Main {
  /** Exit code of a halt. */
  private static final int HALTED = 70;

  private Main() {}

  /**
   * Arguments: {@code --name=value}, or {@code --help}; with {@code --rebuild} it publishes every
   * row again, as {@link RebuildMain}, and ends.
   */
  public static void main(String[] arguments) {
    List<String> settingsGiven = new ArrayList<>(List.of(arguments));
    if (settingsGiven.remove(RebuildMain.OPTION)) {
      RebuildMain.run(settingsGiven);
      return;
    }
    ServiceProcess.run(
        "cdc-relay",
        RelayConfig.keys(),
        settingsGiven,
        settings ->
            RelayService.start(
                RelayConfig.from(settings),
                new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
                // Not exit: no shutdown hook may send what is still queued behind a failed row.
                (reason, cause) -> {
                  System.err.println("cdc-relay: " + reason);
                  Runtime.getRuntime().halt(HALTED);
                },
                InstantSource.system()));
  }
}
