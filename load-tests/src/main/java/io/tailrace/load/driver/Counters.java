package io.tailrace.load.driver;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * What happened beside the lists: nothing here breaks an invariant, but a surprising number is
 * worth a look.
 */
public final class Counters {

  /** Happenings, each with the word under which it is printed. */
  public enum Name {
    DELIVERED("delivered"),
    CONNECTS("connects"),
    CUTS("cuts"),
    RESUMES("resumes"),
    CATCH_UPS("catch-ups"),
    BEHIND("behind"),
    RESETS("resets"),
    GAPS("gaps"),
    CHAINS("chains that did not follow"),
    REPEATS("repeats"),
    REFUSALS("refusals"),
    REVOKED("revoked frames"),
    SHUT_OUT("reads refused to those outside"),
    WRITES_SHUT_OUT("writes refused to those outside"),
    CHANGES("changes of members"),
    RETRIES("write retries"),
    UNKNOWN("writes of unknown outcome"),
    SERVER_FAULTS("answers 500"),
    READS("reads"),
    LOST_CONNECTIONS("lost connections");

    private final String words;

    Name(String words) {
      this.words = words;
    }

    public String words() {
      return words;
    }
  }

  private final Map<Name, LongAdder> counts = new EnumMap<>(Name.class);

  public Counters() {
    for (var name : Name.values()) {
      counts.put(name, new LongAdder());
    }
  }

  public void count(Name name) {
    add(name, 1);
  }

  public void add(Name name, long n) {
    var counter = counts.get(name);
    if (counter != null) {
      counter.add(n);
    }
  }

  public long of(Name name) {
    var counter = counts.get(name);
    return counter == null ? 0 : counter.sum();
  }
}
