package io.tailrace.standalone.cli;

import io.tailrace.client.ConnectionListener;
import io.tailrace.client.RefusedException;
import io.tailrace.client.TailraceClient;
import io.tailrace.client.UnreachableException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Where the server is and who asks: shared by all commands that talk to one. */
final class ServerOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--url",
      defaultValue = "${TAILRACE_URL:-http://localhost:8080}",
      description = "Where Tailrace is. Default: TAILRACE_URL, else http://localhost:8080.")
  private String url = "";

  @Option(
      names = "--token",
      defaultValue = "${TAILRACE_TOKEN}",
      description = "Who asks. Default: TAILRACE_TOKEN. `./tailrace token --user U` prints one.")
  private @Nullable String token;

  String url() {
    return url;
  }

  /** The token that was given, or null. */
  @Nullable String token() {
    return token == null || token.isBlank() ? null : token.strip();
  }

  /** A client that connects at its first subscribe. */
  TailraceClient client(ConnectionListener listener) {
    if (token == null || token.isBlank()) {
      throw new ParameterException(
          spec.commandLine(),
          "A token is missing: give --token or set TAILRACE_TOKEN;"
              + " `./tailrace token --user ann` prints one.");
    }
    String given = token.strip();
    try {
      return TailraceClient.builder(url)
          .token(() -> given)
          .publishTries(2)
          .backoff(200, 2_000) // a person waits: sooner than a crowd of devices should come back
          .connectionListener(listener)
          .build();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--url: " + e.getMessage(), e);
    }
  }

  /** One exchange; what goes wrong becomes one line that says what to do. */
  <T> T ask(Function<TailraceClient, T> question) {
    try (TailraceClient client = client(ConnectionListener.SILENT)) {
      return question.apply(client);
    } catch (UnreachableException e) {
      throw unreachable(e);
    } catch (RefusedException e) {
      throw refused(e);
    }
  }

  CommandException unreachable(@Nullable Throwable cause) {
    String line = "Nobody answers at " + url + ": start it with `./tailrace up`, or give --url.";
    return cause == null ? new CommandException(line) : new CommandException(line, cause);
  }

  private static CommandException refused(RefusedException e) {
    String hint =
        e.status() == 401 ? " (`./tailrace token --user ann` prints a token of this folder)" : "";
    return new CommandException("Refused: " + e.getMessage() + hint, e);
  }
}
