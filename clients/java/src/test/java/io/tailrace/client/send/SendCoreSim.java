package io.tailrace.client.send;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.client.Draft;
import io.tailrace.client.Published;
import io.tailrace.client.RefusedException.Problem;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Writes over a network that loses requests and answers, delivers copies late, and a server that
 * refuses some for now and some for good: what is committed, is so once and in the order of the
 * calls, and each write has one outcome, which is the truth.
 */
class SendCoreSim {
  private static final int RUNS = 2_000;
  private static final int STEPS = 200;
  private static final long REMEMBERED_MS = 48;
  private static final Set<SendRule> ALL = EnumSet.allOf(SendRule.class);

  @Test
  void everyWriteIsCommittedOnceInOrderOrGivenBack() {
    long seed = Long.getLong("tailrace.seed", System.nanoTime());
    System.out.println("SendCoreSim: -Dtailrace.seed=" + seed);
    for (int run = 0; run < RUNS; run++) {
      assertNull(walk(seed + run, ALL), "seed " + (seed + run));
    }
  }

  @ParameterizedTest
  @EnumSource(SendRule.class)
  void withoutAnyOneRuleItFails(SendRule rule) {
    Set<SendRule> rules = EnumSet.complementOf(EnumSet.of(rule));
    String failure = null;
    for (int run = 0; run < RUNS && failure == null; run++) {
      failure = walk(run, rules);
    }
    assertNotNull(failure, "nobody misses " + rule);
  }

  private static @Nullable String walk(long seed, Set<SendRule> rules) {
    World world = new World(new SplittableRandom(seed), rules);
    try {
      for (int step = 0; step < STEPS; step++) {
        world.hostileStep();
      }
      world.settle();
      return null;
    } catch (AssertionError | RuntimeException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** A request on its way. */
  private record Posted(SendAction.Post post, long atMs) {}

  /** A writer, a network, a server. */
  private static final class World {
    private final RandomGenerator random;
    private final SendCore core;
    private final List<Posted> requests = new ArrayList<>();
    private final List<SendInput> answers = new ArrayList<>();
    private final List<SendInput> events = new ArrayList<>();
    private final List<Long> pauses = new ArrayList<>();
    // The server: its log, and the keys that it remembers with the time they came.
    private final List<String> log = new ArrayList<>();
    private final Map<String, Long> keys = new HashMap<>();
    private final Set<String> refused = new HashSet<>();
    // The writer.
    private final List<String> asked = new ArrayList<>();
    private final Map<String, String> outcomes = new HashMap<>();
    private SendState state = SendState.idle(0);
    private long nowMs;
    private boolean kind;

    World(RandomGenerator random, Set<SendRule> rules) {
      this.random = random;
      this.core = new SendCore(REMEMBERED_MS / 2, rules);
    }

    void hostileStep() {
      nowMs += random.nextInt(12) == 0 ? random.nextInt(30) : 0;
      switch (random.nextInt(10)) {
        case 0, 1 -> queue();
        case 2, 3, 4 -> serve();
        case 5, 6 -> answer();
        case 7 -> due();
        case 8 -> event();
        default -> {
          if (random.nextInt(4) == 0) {
            take(new SendInput.Online());
          }
        }
      }
    }

    void settle() {
      kind = true;
      for (int i = 0; i < 2_000 && !state.items().isEmpty(); i++) {
        serve();
        answer();
        due();
        event();
      }
      assertEquals(List.of(), state.items(), "some are still on their way");
      assertEquals(Set.copyOf(asked), outcomes.keySet(), "each has an outcome");
      assertEquals(Set.copyOf(log).size(), log.size(), "committed once");
      // Of what was given back as too old nobody can say when a late copy of it arrived.
      assertEquals(
          asked.stream().filter(this::sent).toList(),
          log.stream().filter(this::sent).toList(),
          "committed in the order of the calls");
      outcomes.forEach((key, outcome) -> {
        if (outcome.equals("sent")) {
          assertTrue(log.contains(key), "said to be committed");
        }
        if (outcome.equals("refused")) {
          assertTrue(!log.contains(key), "said to be refused");
        }
      });
    }

    private boolean sent(String key) {
      return "sent".equals(outcomes.get(key));
    }

    private void queue() {
      String key = "w" + asked.size();
      asked.add(key);
      if (random.nextInt(8) == 0) {
        refused.add(key);
      }
      take(new SendInput.Queued(new SendItem(key, Draft.of("t", "{}"), nowMs)));
    }

    private void serve() {
      if (requests.isEmpty()) {
        return;
      }
      Posted posted = requests.remove(random.nextInt(requests.size()));
      SendAction.Post post = posted.post();
      if (nowMs - posted.atMs() > REMEMBERED_MS / 2) { // so late no network delivers
        answers.add(failed(post, 0, true));
        return;
      }
      String key = post.item().key();
      int fate = kind ? 9 : random.nextInt(10);
      if (fate == 0) { // the request is lost
        answers.add(failed(post, 0, true));
        return;
      }
      if (fate == 1) {
        answers.add(failed(post, 503, true));
        return;
      }
      if (fate == 2) { // given up, although it is still on its way
        answers.add(failed(post, 0, true));
        requests.add(posted);
        return;
      }
      if (refused.contains(key)) {
        answers.add(failed(post, 422, false));
        return;
      }
      Long before = keys.get(key);
      if (before == null || nowMs - before > REMEMBERED_MS) {
        log.add(key);
        keys.put(key, nowMs);
        events.add(new SendInput.Seen(key, 1, log.size()));
      }
      answers.add(
          fate == 3 // the answer is lost
              ? failed(post, 0, true)
              : new SendInput.Answered(
                  post.attempt(), new Published("c", key, 1, 1L, "", null, before != null)));
    }

    private static SendInput failed(SendAction.Post post, int status, boolean again) {
      return new SendInput.Failed(
          post.attempt(), Problem.of(status, "code", "said the model"), again);
    }

    private void answer() {
      if (!answers.isEmpty()) {
        take(answers.remove(random.nextInt(answers.size())));
      }
    }

    private void event() {
      if (!events.isEmpty()) {
        take(events.removeFirst());
      }
    }

    private void due() {
      if (!pauses.isEmpty()) {
        take(new SendInput.Due(pauses.removeFirst()));
      }
    }

    private void take(SendInput input) {
      boolean settles =
          input instanceof SendInput.Seen seen
              && state.items().stream().anyMatch(item -> item.key().equals(seen.id()));
      SendCore.Decision decision = core.decide(state, input, nowMs);
      state = decision.state();
      for (SendAction action : decision.actions()) {
        switch (action) {
          case SendAction.Post post -> requests.add(new Posted(post, nowMs));
          case SendAction.Pause pause -> pauses.add(pause.attempt());
          case SendAction.Settle done -> {
            assertNull(outcomes.put(done.item().key(), "sent"), "two outcomes");
            assertTrue(log.contains(done.item().key()), "settled before it was committed");
          }
          case SendAction.GiveBack back -> {
            boolean refusal = back.problem().status() == 422;
            assertTrue(
                refusal || back.problem().code().equals("expired"),
                "given back although it may be committed yet");
            assertNull(
                outcomes.put(back.item().key(), refusal ? "refused" : "unknown"), "two outcomes");
          }
        }
      }
      assertTrue(
          !settles
              || input instanceof SendInput.Seen seen && "sent".equals(outcomes.get(seen.id())),
          "its event came, and it is still pending");
    }
  }
}
