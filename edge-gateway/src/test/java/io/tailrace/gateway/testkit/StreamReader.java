package io.tailrace.gateway.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads server-sent events as a browser does. For one thread. */
public final class StreamReader implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String PRESENCE = "presence";

  private final BufferedReader lines;
  private final int status;
  private final String cookie;
  private String lastId = "";

  /** One event; its id is empty where it has none. */
  public record Sse(String name, String id, String data) {
    /** The data. */
    public JsonNode json() {
      try {
        return JSON.readTree(data);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Opens a stream. */
  public StreamReader(HttpClient http, HttpRequest.Builder request) {
    try {
      HttpResponse<InputStream> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
      status = response.statusCode();
      cookie = response.headers().firstValue("set-cookie").orElse("");
      lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** The status of the answer. */
  public int status() {
    return status;
  }

  /** The cookie that it set. */
  public String cookie() {
    return cookie;
  }

  /** The last id, which a browser sends when it connects again. */
  public String lastId() {
    return lastId;
  }

  /** Passes over so many comments; there must be nothing else before them but who is here. */
  public void awaitComments(int count) {
    try {
      for (int seen = 0; seen < count; ) {
        String line = lines.readLine();
        if (line != null && line.equals("event: " + PRESENCE)) {
          lines.readLine();
          continue;
        }
        if (line == null || !(line.isEmpty() || line.startsWith(":"))) {
          throw new AssertionError("no comment: " + line);
        }
        seen += line.startsWith(":") ? 1 : 0;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The next event, null at the end; who is here is passed over, which comes when it comes. */
  public @Nullable Sse poll() {
    Sse event = any();
    while (event != null && event.name().equals(PRESENCE)) {
      event = any();
    }
    return event;
  }

  private @Nullable Sse any() {
    String name = "";
    String id = "";
    StringBuilder data = new StringBuilder();
    try {
      String line = lines.readLine();
      while (line != null) {
        if (line.isEmpty()) {
          if (!data.isEmpty()) {
            lastId = id.isEmpty() ? lastId : id;
            return new Sse(name, id, data.toString());
          }
          name = "";
        } else if (line.startsWith("event: ")) {
          name = line.substring(7);
        } else if (line.startsWith("id: ")) {
          id = line.substring(4);
        } else if (line.startsWith("data: ")) {
          data.append(data.isEmpty() ? "" : "\n").append(line.substring(6));
        }
        line = lines.readLine();
      }
      return null;
    } catch (IOException _) {
      return null; // cut, which a browser does not tell from an end
    }
  }

  /** The next event. */
  public Sse next() {
    Sse event = poll();
    if (event == null) {
      throw new AssertionError("the stream ended");
    }
    return event;
  }

  /** The next event with this name; others are passed over. */
  public Sse next(String name) {
    Sse event = any();
    while (event != null && !event.name().equals(name)) {
      event = any();
    }
    if (event == null) {
      throw new AssertionError("the stream ended");
    }
    return event;
  }

  @Override
  public void close() {
    try {
      lines.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
