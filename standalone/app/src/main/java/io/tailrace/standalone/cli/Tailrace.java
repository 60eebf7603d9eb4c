package io.tailrace.standalone.cli;

import io.tailrace.schemas.log.JsonLog;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line: {@code ./tailrace COMMAND}. */
@Command(
    name = "tailrace",
    description = "Committed events of PostgreSQL to every subscriber, exact after any absence.",
    mixinStandardHelpOptions = true,
    version = "tailrace 0.1.0",
    synopsisSubcommandLabel = "COMMAND",
    footer = {"", "Begin with: ./tailrace up"})
public final class Tailrace implements Runnable {
  private static final Set<String> LOGS_ITSELF = Set.of("up", "service", "rebuild");

  @Spec private CommandSpec spec = CommandSpec.create();

  /** Runs one command and ends the JVM: 0 done, 1 failed, 2 wrong use. */
  public static void main(String[] arguments) {
    // Before any logger: up and rebuild write to their own file, a service to standard error, all
    // else is quiet.
    if (arguments.length == 0 || !LOGS_ITSELF.contains(arguments[0])) {
      JsonLog.installQuiet();
    }
    System.exit(commandLine().execute(arguments));
  }

  /** The command line with every command that is on the class path. */
  public static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Tailrace());
    List<Object> own =
        List.of(
            new UpCommand(),
            new RebuildCommand(),
            new TokenCommand(),
            new PublishCommand(),
            new TailCommand(),
            new HistoryCommand(),
            new SnapshotCommand(),
            new AuditCommand(),
            new DoctorCommand(),
            new ServiceCommand());
    own.forEach(line::addSubcommand);
    for (CommandProvider provider : ServiceLoader.load(CommandProvider.class)) {
      provider.commands().forEach(line::addSubcommand);
    }
    line.setExecutionExceptionHandler(Tailrace::failed);
    return line;
  }

  private static int failed(Exception fault, CommandLine line, CommandLine.ParseResult ignored) {
    line.getErr().println("tailrace: " + oneLine(fault));
    if (!(fault instanceof CommandException) && !(fault instanceof IllegalStateException)) {
      fault.printStackTrace(line.getErr());
    }
    return CommandLine.ExitCode.SOFTWARE;
  }

  private static String oneLine(Exception fault) {
    String message = fault.getMessage();
    return message == null ? fault.toString() : message;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "name a command");
  }
}
