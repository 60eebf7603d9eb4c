package io.tailrace.load.driver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpHeaders;

/** An answer over HTTP. */
public record Answer(int status, HttpHeaders headers, byte[] body) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The body as JSON. */
  public JsonNode json() {
    try {
      return JSON.readTree(body);
    } catch (IOException failure) {
      throw new ProtocolViolation(
          "an answer with status " + status + " has no JSON: " + failure.getMessage());
    }
  }

  /** The stable code of a refusal, or an empty text. */
  public String code() {
    return status < 400 ? "" : json().path("code").asText();
  }

  /**
   * Whether the same request may succeed later (RFC 9110: 429 and the 5xx that speak of the
   * moment).
   */
  public boolean passing() {
    return status == 429 || status == 502 || status == 503 || status == 504;
  }
}
