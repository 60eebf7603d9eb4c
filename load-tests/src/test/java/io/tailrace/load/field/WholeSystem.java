package io.tailrace.load.field;

import io.tailrace.load.driver.Crew;
import io.tailrace.load.driver.JsClient;
import io.tailrace.load.target.RunningSystem;
import io.tailrace.load.target.Target;
import io.tailrace.standalone.launch.Standalone;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The whole system in this JVM, for one test class. */
public final class WholeSystem implements AutoCloseable {
  private final Standalone standalone;
  private final Target target;
  private final @Nullable JsClient js;

  /**
   * Starts it, reachable from everywhere, since its services find each other on this machine's own
   * address.
   *
   * @param host where followers find it
   */
  public WholeSystem(Path folder, String host, Map<String, String> settings)
      throws IOException, InterruptedException {
    js = JsClient.open();
    standalone =
        Standalone.start(new Standalone.Options(folder, "0.0.0.0", 0, true, settings), _ -> {});
    var url = URI.create("http://%s:%d".formatted(host, standalone.port()));
    target = new RunningSystem(folder, url, null).target();
  }

  public Target target() {
    return target;
  }

  /** The JavaScript client, or null where there is no Node. */
  public @Nullable JsClient js() {
    return js;
  }

  /** A channel of its own, and everybody who looks at it. */
  public Run run(String name) throws Exception {
    return new Run(new Crew(target), js, "chat:" + name);
  }

  @Override
  public void close() {
    standalone.close();
    if (js != null) {
      js.close();
    }
  }
}
