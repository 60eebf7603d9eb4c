package io.tailrace.load.driver;

import io.tailrace.load.oracle.Access.Admission;
import io.tailrace.load.oracle.Access.Audience;
import io.tailrace.load.oracle.Access.Refusal;
import io.tailrace.load.oracle.Access.Revocation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who was let in and who was not, by channel, of those who come and go. Safe for all threads; a
 * run's length and rate bound it.
 */
public final class AccessLog {

  /** What is known of one channel. */
  public static final class Page {
    private final List<Admission> admissions = new ArrayList<>();
    private final Set<Refusal> refusals = new LinkedHashSet<>();
    private final Set<Revocation> revocations = new LinkedHashSet<>();
    private final List<Audience> looks = new ArrayList<>();

    public List<Admission> admissions() {
      return List.copyOf(admissions);
    }

    public List<Refusal> refusals() {
      return List.copyOf(refusals);
    }

    public List<Revocation> revocations() {
      return List.copyOf(revocations);
    }

    /** Those who looked once. */
    public List<Audience> looks() {
      return List.copyOf(looks);
    }
  }

  private final Map<String, Page> pages = new HashMap<>();

  synchronized void admitted(String channel, Admission answer) {
    page(channel).admissions.add(answer);
  }

  synchronized void refused(String channel, Refusal answer) {
    page(channel).refusals.add(answer);
  }

  synchronized void revoked(String channel, Revocation told) {
    page(channel).revocations.add(told);
  }

  synchronized void looked(String channel, Audience once) {
    page(channel).looks.add(once);
  }

  /** All of a channel; to be asked for when the drivers have ended. */
  public synchronized Page of(String channel) {
    return page(channel);
  }

  private Page page(String channel) {
    return pages.computeIfAbsent(channel, _ -> new Page());
  }
}
