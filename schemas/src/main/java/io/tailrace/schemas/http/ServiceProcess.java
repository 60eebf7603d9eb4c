package io.tailrace.schemas.http;

import io.tailrace.schemas.config.Key;
import io.tailrace.schemas.config.Settings;
import io.tailrace.schemas.config.SettingsException;
import io.tailrace.schemas.contract.ContractException;
import io.tailrace.schemas.log.JsonLog;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A service as a process of its own: settings, start, port, and a clean stop on SIGTERM; a second
 * SIGTERM ends it at once. Exit 0 after a stop, 1 where the start failed, 2 for wrong settings.
 */
public final class ServiceProcess {
  private ServiceProcess() {}

  /** Runs until the process is asked to stop, then ends the JVM. Never returns normally. */
  public static void run(
      String name,
      List<Key<?>> serviceKeys,
      List<String> arguments,
      Function<Settings, RunningService> start) {
    JsonLog.install();
    // A setting of the port may be one that the service has to know as well.
    Set<Key<?>> all = new LinkedHashSet<>(PortConfig.keys());
    all.addAll(serviceKeys);
    List<Key<?>> keys = List.copyOf(all);
    if (arguments.contains("--help")) {
      System.out.print(
          name + ": settings, as --name=value, in a --config=FILE, or in the environment\n");
      System.out.print(Settings.help(keys));
      System.exit(0);
    }
    Settings settings;
    PortConfig port;
    try {
      settings = Settings.load(keys, arguments, System.getenv());
      port = PortConfig.from(settings);
    } catch (SettingsException e) {
      System.err.println(name + ": " + e.getMessage());
      System.exit(2);
      return;
    }
    try {
      serve(name, settings, port, start);
    } catch (ContractException | SettingsException | IllegalArgumentException e) {
      System.err.println(name + ": " + e.getMessage());
      System.exit(2);
    } catch (IllegalStateException e) {
      System.err.println(name + ": " + e.getMessage());
      System.exit(1);
    }
  }

  private static void serve(
      String name, Settings settings, PortConfig port, Function<Settings, RunningService> start) {
    Logger log = LoggerFactory.getLogger(ServiceProcess.class);
    // Before anything is started: a process that is stopped while it starts may hold a place among
    // the others already, which it gives back only where it stops as one that has started.
    StopSignals signals = StopSignals.take();
    RunningService service = start.apply(settings);
    ServiceServer server = ServiceServer.start(port, List.of(service), service.handler());
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  // The service first: it says goodbye on connections that the server would cut.
                  service.close();
                  server.close();
                },
                "stop"));
    log.atInfo()
        .addKeyValue("service", name)
        .addKeyValue("port", server.port())
        .addKeyValue("tls", port.files() != null)
        .log("started");
    try {
      signals.await();
      service.leave();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    System.exit(0);
  }
}
