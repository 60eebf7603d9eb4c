package io.tailrace.standalone.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tailrace.schemas.config.Key;
import io.tailrace.schemas.config.Settings;
import io.tailrace.schemas.config.SettingsException;
import io.tailrace.standalone.doctor.Doctor;
import io.tailrace.standalone.doctor.DoctorConfig;
import io.tailrace.standalone.doctor.Finding;
import io.tailrace.standalone.doctor.Report;
import io.tailrace.standalone.launch.Installation;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** Says what is wrong with a running installation, and which page says what to do. */
@Command(
    name = "doctor",
    description = {
      "Looks at a running installation for what the runbooks know, and changes nothing: health of"
          + " the services, slot, topics, lag, partitions, dead letters, and whether every committed"
          + " row got a seq. One line per finding; exit code 0: all is well, 1: something is not.",
      "`tailrace up`: give --data. Services that run on their own: --database.url=…"
          + " --database.user=… --kafka.bootstrap=… --urls=…, as settings of a service are given,"
          + " with the relay's role."
    },
    mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
  private static final JsonMapper JSON = new JsonMapper();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--data",
      defaultValue = "./data",
      description = "Folder of a `tailrace up`. Default: ${DEFAULT-VALUE}.")
  private Path data = Path.of("data");

  @Option(
      names = "--since",
      defaultValue = "1h",
      description = "Rows committed within this time are reconciled. Default: ${DEFAULT-VALUE}.")
  private String since = "1h";

  @Option(
      names = "--settle",
      defaultValue = "10s",
      description =
          "But not those committed within this time, which may be on their way. Default:"
              + " ${DEFAULT-VALUE}.")
  private String settle = "10s";

  @Option(
      names = "--rows",
      defaultValue = "200000",
      description = "At most so many rows, the latest. Default: ${DEFAULT-VALUE}.")
  private int rows = 200_000;

  @Option(names = "--json", description = "One JSON object: ok, checks, rows, findings.")
  private boolean json;

  @Unmatched private List<String> settings = new ArrayList<>();

  @Override
  public Integer call() throws InterruptedException {
    if (rows < 1) {
      throw new ParameterException(spec.commandLine(), "--rows must be 1 or more");
    }
    DoctorConfig.Window window =
        new DoctorConfig.Window(time("--since", since), time("--settle", settle), rows);
    Report report = Doctor.examine(config(window), InstantSource.system());
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(json(report));
    } else {
      report.findings().forEach(finding -> out.println(line(finding)));
      out.println(summary(report));
    }
    out.flush();
    return report.isWell() ? 0 : 1;
  }

  private Duration time(String option, String text) {
    return TimeSpans.parse(text)
        .orElseThrow(() ->
            new ParameterException(spec.commandLine(), option + " must be " + TimeSpans.SHAPE));
  }

  private DoctorConfig config(DoctorConfig.Window window) {
    List<Key<?>> keys = DoctorConfig.keys();
    Map<String, String> environment = environment(keys);
    try {
      if (settings.isEmpty() && environment.isEmpty()) {
        return DoctorConfig.from(Settings.load(keys, ofFolder(), Map.of()), window);
      }
      return DoctorConfig.from(Settings.load(keys, settings, environment), window);
    } catch (SettingsException e) {
      throw new ParameterException(
          spec.commandLine(), e.getMessage() + "\nSettings:\n" + Settings.help(keys), e);
    }
  }

  private List<String> ofFolder() {
    Map<String, String> addresses = Installation.addresses(data);
    List<String> arguments = new ArrayList<>();
    for (String name :
        List.of("database.url", "database.user", "database.password", "kafka.bootstrap")) {
      arguments.add("--" + name + "=" + addresses.getOrDefault(name, ""));
    }
    arguments.add("--urls=" + addresses.getOrDefault("url", ""));
    return arguments;
  }

  /** Of the environment what is ours: the services' other settings may stand there too. */
  private static Map<String, String> environment(List<Key<?>> keys) {
    Map<String, String> ours = new LinkedHashMap<>();
    for (Key<?> key : keys) {
      String name = "TAILRACE_" + key.name().replace('.', '_').toUpperCase(Locale.ROOT);
      String value = System.getenv(name);
      if (value != null) {
        ours.put(name, value);
      }
    }
    return ours;
  }

  private static String line(Finding finding) {
    return "%-7s  %s: %s. %s. See %s"
        .formatted(
            finding.severity(),
            finding.check(),
            finding.what(),
            finding.means(),
            finding.runbook().page());
  }

  private static String summary(Report report) {
    String looked =
        "Looked at %s; %d committed rows reconciled: "
            .formatted(String.join(", ", report.checks()), report.rows());
    long wrong =
        report.findings().stream()
            .filter(finding -> finding.severity() != Finding.Severity.NOTE)
            .count();
    return looked + (wrong == 0 ? "all is well." : wrong + " found.");
  }

  private static String json(Report report) {
    List<Map<String, String>> findings = new ArrayList<>();
    for (Finding finding : report.findings()) {
      Map<String, String> each = new LinkedHashMap<>();
      each.put("severity", finding.severity().name().toLowerCase(Locale.ROOT));
      each.put("check", finding.check());
      each.put("what", finding.what());
      each.put("means", finding.means());
      each.put("runbook", finding.runbook().page());
      findings.add(each);
    }
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("ok", report.isWell());
    all.put("checks", report.checks());
    all.put("rows", report.rows());
    all.put("findings", findings);
    try {
      return JSON.writeValueAsString(all);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
