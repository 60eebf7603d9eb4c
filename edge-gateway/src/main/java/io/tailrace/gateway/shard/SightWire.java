package io.tailrace.gateway.shard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.List;

/** How a gateway tells a console of another process what its shards show. */
public final class SightWire {
  /** Where what all shards show of a tenant is asked for: {@code ?tenant=…}. */
  public static final String LOOK = "/internal/sight";

  /** Where the arrival of an event is asked for: {@code ?channel=…&seq=…}. */
  public static final String ARRIVED = "/internal/arrived";

  /** Connections and channels that are shown of one shard. */
  public static final int SHOWN_MAX = 100;

  private static final JsonMapper JSON = new JsonMapper();
  private static final TypeReference<List<Sight>> SIGHTS = new TypeReference<>() {};
  private static final TypeReference<List<Long>> TIMES = new TypeReference<>() {};

  private SightWire() {}

  /** As JSON. */
  public static byte[] encode(List<?> told) {
    try {
      return JSON.writeValueAsBytes(told);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("records are always JSON", e);
    }
  }

  /**
   * What shards show.
   *
   * @throws IOException where it is no such list
   */
  public static List<Sight> sights(byte[] json) throws IOException {
    return JSON.readValue(json, SIGHTS);
  }

  /**
   * When an event came to shards.
   *
   * @throws IOException where it is no such list
   */
  public static List<Long> times(byte[] json) throws IOException {
    return JSON.readValue(json, TIMES);
  }
}
