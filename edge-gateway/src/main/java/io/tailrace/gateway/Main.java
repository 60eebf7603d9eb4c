package io.tailrace.gateway;

import io.tailrace.schemas.http.ServiceProcess;
import java.util.List;

/** The edge gateway as a process of its own. */
public final class Main {
  private Main() {}

  /** Runs until stopped; {@code --help} prints the settings. */
  public static void main(String[] arguments) {
    ServiceProcess.run(
        "edge-gateway",
        GatewayConfig.keys(),
        List.of(arguments),
        settings -> GatewayService.start(GatewayConfig.from(settings)));
  }
}
