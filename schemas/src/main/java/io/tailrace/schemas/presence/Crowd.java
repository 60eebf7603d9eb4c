package io.tailrace.schemas.presence;

import io.tailrace.schemas.frame.JsonText;
import java.util.Map;
import java.util.TreeMap;

/** How many are in which mode; of modes beyond a bound the sum. */
public final class Crowd {
  /** Modes that are told apart. */
  static final int MODES_MAX = 16;

  private static final String OTHER = "other";

  private final TreeMap<String, Integer> byMode = new TreeMap<>();
  private int count;

  /** Adds so many. */
  public void add(String mode, int more) {
    String of = byMode.size() < MODES_MAX || byMode.containsKey(mode) ? mode : OTHER;
    byMode.merge(of, more, Integer::sum);
    count += more;
  }

  /** How many there are. */
  public int count() {
    return count;
  }

  /** How many are in which mode, by mode. */
  public Map<String, Integer> byMode() {
    return byMode;
  }

  /** Appends an object of modes. */
  public void writeTo(JsonText out) {
    out.put('{');
    String separator = "";
    for (Map.Entry<String, Integer> mode : byMode.entrySet()) {
      out.ascii(separator).string(mode.getKey()).put(':').number(mode.getValue());
      separator = ",";
    }
    out.put('}');
  }

  /** Which members are shown of a crowd: always the same few while they stay. */
  static int drawn(String user) {
    int hash = user.hashCode() * 0x9e3779b9;
    return hash ^ hash >>> 15;
  }

  /** Those of a crowd that are shown: their order, by {@link #drawn}, then by name. */
  public static int compareDrawn(String one, String other) {
    int byDraw = Integer.compare(drawn(one), drawn(other));
    return byDraw != 0 ? byDraw : one.compareTo(other);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Crowd crowd && crowd.byMode.equals(byMode);
  }

  @Override
  public int hashCode() {
    return byMode.hashCode();
  }
}
