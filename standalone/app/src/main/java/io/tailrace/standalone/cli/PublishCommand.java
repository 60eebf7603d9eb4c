package io.tailrace.standalone.cli;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tailrace.client.Draft;
import io.tailrace.client.Published;
import io.tailrace.schemas.frame.JsonText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes one event. */
@Command(
    name = "publish",
    description = "Writes one event and prints where it stands.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example: ./tailrace publish chat:lobby message.posted '{\"text\":\"hello\"}'"})
final class PublishCommand implements Callable<Integer> {
  private static final JsonMapper STRICT =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ServerOptions server = new ServerOptions();

  @Parameters(index = "0", paramLabel = "CHANNEL", description = "Such as chat:lobby.")
  private String channel = "";

  @Parameters(index = "1", paramLabel = "TYPE", description = "Such as message.posted.")
  private String type = "";

  @Parameters(index = "2", paramLabel = "JSON", description = "The data; - reads standard input.")
  private String data = "";

  @Option(names = "--entity", description = "What the event is the latest state of.")
  private @Nullable String entity;

  @Option(names = "--key", description = "Idempotency key; default: one of its own.")
  private @Nullable String key;

  @Option(names = "--no-seq", description = "Answer after the commit, without waiting for the seq.")
  private boolean noSeq;

  @Option(names = "--json", description = "The answer as one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    Draft draft = new Draft(type, checked(), entity, null);
    String once = key == null ? UUID.randomUUID().toString() : key;
    Published answer =
        server.ask(client -> client.publisher().publish(channel, draft, once, !noSeq));
    EventPrinter printer = new EventPrinter(json);
    if (json) {
      printer.raw(toJson(answer));
    } else {
      String place = answer.seq() == null ? "committed" : "seq " + answer.seq();
      printer.text(answer.channel() + "  " + place + "  " + answer.id());
    }
    printer.flush();
    return 0;
  }

  /** The text itself is sent, so here it is only made sure that it is one JSON value. */
  private String checked() {
    String text = data;
    try {
      if (text.equals("-")) {
        text = new String(System.in.readAllBytes(), StandardCharsets.UTF_8).strip();
      }
      try (JsonParser parser = STRICT.createParser(text)) {
        if (STRICT.readTree(parser) == null || parser.nextToken() != null) {
          throw new ParameterException(spec.commandLine(), "JSON must be one JSON value.");
        }
      }
      return text;
    } catch (JsonProcessingException e) {
      throw new ParameterException(
          spec.commandLine(), "JSON is not valid: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new CommandException("Standard input could not be read: " + e, e);
    }
  }

  private static JsonText toJson(Published answer) {
    JsonText out = new JsonText(256);
    out.ascii("{\"channel\":").string(answer.channel()).ascii(",\"id\":").string(answer.id());
    if (answer.epoch() != null && answer.seq() != null) {
      out.ascii(",\"epoch\":").number(answer.epoch()).ascii(",\"seq\":").number(answer.seq());
    }
    out.ascii(",\"time\":").string(answer.time());
    if (answer.traceId() != null) {
      out.ascii(",\"traceId\":").string(answer.traceId());
    }
    return out.ascii(answer.replayed() ? ",\"replayed\":true}" : ",\"replayed\":false}");
  }
}
