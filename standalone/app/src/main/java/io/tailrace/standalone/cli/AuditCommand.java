package io.tailrace.standalone.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tailrace.schemas.name.Channel;
import io.tailrace.standalone.launch.Installation;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Prints the audit of a tenant: what administrators, members and keys did. */
@Command(
    name = "audit",
    description = {
      "Prints what administrators, members and keys of a tenant did, the latest first.",
      "It asks the server as an administrator: with --token, or with one that it signs itself with"
          + " the development key of the data folder."
    },
    mixinStandardHelpOptions = true)
final class AuditCommand implements Callable<Integer> {
  private static final int PAGE = 500;
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(30);
  private static final Duration TOKEN_FOR = Duration.ofMinutes(10);
  private static final JsonMapper JSON = new JsonMapper();

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ServerOptions server = new ServerOptions();

  @Option(
      names = "--tenant",
      description =
          "Whose audit; goes before a token. Default: the token's tenant, without one demo.")
  private @Nullable String tenant;

  @Option(names = "--since", description = "From this time on, such as 2026-01-31T12:00:00Z.")
  private @Nullable String since;

  @Option(
      names = "--action",
      description =
          "Only such lines: broadcast.accepted, broadcast.finished, broadcast.cancelled,"
              + " broadcast.failed, member.set, member.removed, keys.changed.")
  private @Nullable String action;

  @Option(names = "--limit", description = "Stop after so many lines. Default: all.")
  private long limit = Long.MAX_VALUE;

  @Option(names = "--json", description = "One JSON object per line.")
  private boolean json;

  @Option(names = "--data", defaultValue = "./data", description = "Default: ${DEFAULT-VALUE}.")
  private Path data = Path.of("data");

  @Override
  public Integer call() throws InterruptedException {
    if (tenant != null && !Channel.isTenant(tenant) || limit < 1) {
      throw new ParameterException(
          spec.commandLine(),
          "--tenant must match [a-z0-9][a-z0-9-]{0,62}, --limit must be 1 or more");
    }
    String query = query();
    String token = token();
    PrintWriter out = spec.commandLine().getOut();
    try (HttpClient http = HttpClient.newHttpClient()) {
      long left = limit;
      String before = "";
      while (left > 0) {
        JsonNode page = page(http, token, query + "&limit=" + Math.min(left, PAGE) + before);
        for (JsonNode entry : page.path("entries")) {
          out.println(json ? entry.toString() : line(entry));
        }
        left -= page.path("entries").size();
        if (out.checkError() || page.path("next").isNull()) {
          return 0;
        }
        before = "&before=" + page.path("next").asLong();
      }
      return 0;
    }
  }

  private String query() {
    StringBuilder query = new StringBuilder("/v1/admin/audit?");
    if (since != null) {
      try {
        query.append("&since=").append(Instant.parse(since));
      } catch (DateTimeParseException e) {
        throw new ParameterException(
            spec.commandLine(), "--since must be a time such as 2026-01-31T12:00:00Z", e);
      }
    }
    if (action != null) {
      query.append("&action=").append(URLEncoder.encode(action, StandardCharsets.UTF_8));
    }
    return query.toString().replace("?&", "?");
  }

  private String token() {
    String given = server.token();
    if (given != null && tenant == null) {
      return given;
    }
    String whose = tenant == null ? "demo" : tenant;
    return Installation.open(data).token(whose, "cli", Set.of("admin"), null, TOKEN_FOR);
  }

  private JsonNode page(HttpClient http, String token, String address) throws InterruptedException {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(server.url() + address.replace("?&", "?")))
              .timeout(ANSWER_WITHIN)
              .header("Authorization", "Bearer " + token)
              .build();
      HttpResponse<String> answer =
          http.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
      JsonNode body = JSON.readTree(answer.body());
      if (answer.statusCode() != 200) {
        throw new CommandException("Refused: " + body.path("detail").asText(answer.body()));
      }
      return body;
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--url: " + e.getMessage(), e);
    } catch (IOException e) {
      throw server.unreachable(e);
    }
  }

  private static String line(JsonNode entry) {
    StringBuilder line = new StringBuilder();
    line.append(entry.path("at").asText()).append("  ");
    line.append(entry.path("action").asText()).append("  ");
    line.append(entry.path("actor").asText("-")).append("  ");
    line.append(entry.path("target").asText());
    if (entry.has("reached")) {
      line.append("  reached ").append(entry.path("reached").asInt());
    }
    line.append("  ").append(entry.path("detail"));
    if (entry.has("reason")) {
      line.append("  \"").append(entry.path("reason").asText()).append('"');
    }
    return line.toString();
  }
}
