package io.tailrace.sequencer;

import io.tailrace.schemas.http.ServiceProcess;
import java.util.List;

/** The sequencer as a process of its own. */
public final class Main {
  private Main() {}

  /** Runs until it is stopped; {@code --help} lists the settings. */
  public static void main(String[] arguments) {
    ServiceProcess.run(
        "sequencer-streams",
        SequencerConfig.keys(),
        List.of(arguments),
        settings -> SequencerService.start(SequencerConfig.from(settings), Main::end));
  }

  /** Whatever supervises the process starts it again, and sees that it failed. */
  private static void end() {
    System.err.println("sequencer-streams: numbering has stopped; the log says why");
    // On a thread of its own: the end waits for Streams, whose thread says this.
    new Thread(() -> System.exit(1), "end").start();
  }
}
