package io.tailrace.load.driver;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tailrace.load.oracle.Via;
import io.tailrace.load.oracle.Witness;
import io.tailrace.load.target.Target;
import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.event.Envelope;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A subscriber in a process of its own. It is told what to follow by one line of JSON on its
 * standard input ({@code url, token, device, cache, comesAndGoes, transports, channels}), and says
 * what it applied in lines of JSON on its standard output:
 *
 * <ul>
 *   <li>{@code {"k":"event","channel","seq","id","type","entity"?,"author"?,"time","chain","raw"}}
 *   <li>{@code {"k":"begin","channel","after"}}: what came before is known as a state only, from a
 *       cache
 *   <li>{@code {"k":"live","channel","epoch","head"}}
 *   <li>{@code {"k":"void","channel","after"}}: rolled back
 *   <li>{@code {"k":"state","channel","seq","events":[as above]}}: in place of what it held, of one
 *       who comes and goes
 *   <li>{@code {"k":"ended","channel","code","detail"}}: it asks again after a while
 *   <li>{@code {"k":"wrong","channel","detail"}}: what must not happen here
 * </ul>
 *
 * It ends when its standard input does. One virtual thread reads what it says.
 */
public final class ProcessFollower implements Follower {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long END_SECONDS = 5;

  private final Seat seat;
  private final Failures failures;
  private final ClientTrails trails;
  private final Process process;
  private volatile boolean closed;

  /**
   * What to run.
   *
   * @param via whose client it is
   * @param transports as that client calls them, the best first
   * @param cache a folder, or null
   */
  public record Command(
      List<String> words, Via via, List<String> transports, @Nullable String cache) {
    public Command {
      words = List.copyOf(words);
      transports = List.copyOf(transports);
    }

    /** The same, run by another command. */
    public Command under(List<String> before) {
      return new Command(
          Stream.concat(before.stream(), words.stream()).toList(), via, transports, cache);
    }
  }

  /**
   * Starts the process.
   *
   * @throws IOException if it cannot be started
   */
  public ProcessFollower(Seat seat, Command command, Numbered numbered, Target through)
      throws IOException {
    var crew = numbered.crew();
    this.seat = seat;
    this.failures = crew.failures();
    trails = new ClientTrails(seat, numbered, command.via());
    process = new ProcessBuilder(command.words()).redirectErrorStream(true).start();
    var http = crew.http(seat, through);
    var order =
        JSON.createObjectNode()
            .put("url", http.gateway().toString())
            .put("token", http.token())
            .put("device", seat.device())
            .put("cache", command.cache())
            .put("comesAndGoes", seat.comesAndGoes());
    var transports = order.putArray("transports");
    command.transports().forEach(transports::add);
    var channels = order.putArray("channels");
    seat.channels().forEach(channels::add);
    var in = process.getOutputStream();
    in.write((order + "\n").getBytes(StandardCharsets.UTF_8));
    in.flush();
    Thread.ofVirtual().name(seat.name()).start(this::listen);
  }

  private void listen() {
    var last = "";
    try (var said =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (var line = said.readLine(); line != null; line = said.readLine()) {
        last = line;
        if (line.startsWith("{\"k\":")) {
          take(JSON.readTree(line));
        }
      }
    } catch (JsonProcessingException e) {
      failures.fail(new ProtocolViolation(name() + " said what is no JSON: " + last));
    } catch (IOException _) {
      // Its output was closed with it.
    } catch (RuntimeException failure) {
      failures.fail(failure);
    }
    if (!closed) {
      failures.fail(new ProtocolViolation(name() + ": its process ended by itself: " + last));
    }
  }

  private void take(JsonNode said) {
    var trail = trails.of(said.path("channel").asText());
    if (trail == null) {
      throw new ProtocolViolation(name() + " speaks of a channel it does not follow: " + said);
    }
    switch (said.path("k").asText()) {
      case "event" -> trail.delivered(event(said));
      case "begin" -> trail.begin(said.path("after").asLong());
      case "state" ->
          trail.state(
              said.path("seq").asLong(),
              said.path("events").valueStream().map(ProcessFollower::event).toList());
      case "ended" -> {
        var code = said.path("code").asText();
        if (!trail.mayReturn(code)) {
          trail.wrong("was ended: %s, %s".formatted(code, said.path("detail").asText()));
        }
      }
      case "live" -> trail.live(said.path("epoch").asInt(), said.path("head").asLong());
      case "void" -> trail.reset(said.path("after").asLong());
      case "wrong" -> trail.wrong(said.path("detail").asText());
      case String other -> throw new ProtocolViolation(name() + " said " + other);
    }
  }

  private static SeenEvent event(JsonNode said) {
    var envelope =
        new Envelope(
            said.path("id").asText(),
            said.path("type").asText(),
            said.path("entity").asText(null),
            said.path("author").asText(null),
            said.path("time").asText(),
            null);
    return new SeenEvent(
        said.path("channel").asText(),
        said.path("seq").asLong(),
        envelope,
        Chain.parse(said.path("chain").asText()),
        said.path("raw").asText().getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public String name() {
    return seat.name();
  }

  @Override
  public List<String> channels() {
    return seat.channels();
  }

  @Override
  public long last(String channel) {
    return trails.last(channel);
  }

  @Override
  public boolean subscribed(String channel) {
    return trails.subscribed(channel);
  }

  @Override
  public List<Witness> witnesses(String channel) {
    return trails.witnesses(channel);
  }

  @Override
  public void close() {
    closed = true;
    process.destroy();
    try {
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException _) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
