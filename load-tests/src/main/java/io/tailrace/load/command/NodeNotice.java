package io.tailrace.load.command;

import io.tailrace.load.driver.JsClient;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** Tells where the JavaScript client cannot be among the subscribers. */
final class NodeNotice {
  private NodeNotice() {}

  /** The JavaScript client, or null after a line that says what is missing. */
  static @Nullable JsClient open(CommandSpec spec) throws IOException, InterruptedException {
    var js = JsClient.open();
    if (js == null) {
      spec.commandLine()
          .getErr()
          .println("no Node 20 or newer on the PATH: goes on without the JavaScript client");
    }
    return js;
  }
}
