package io.tailrace.load.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What those who look at rooms see, beside who is there in truth: who stays is never missing, who
 * left is not shown for longer than may be. Frames come on the lookers' thread, samples on another.
 */
final class Screens implements Attendance.Listener {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String USER = "m";
  private static final int WRONG_MAX = 1000;

  private final Attendance crowd;
  private final int members;
  private final int room;
  private final long goneAfterNanos;
  private final List<Set<Integer>> shown = new ArrayList<>();
  private final boolean[] whole;
  private final List<String> wrong = new ArrayList<>();
  private final Set<Integer> ghosts = new HashSet<>();
  private boolean judging;
  private long samples;
  private long frames;
  private long flickers;
  private long longestGhostNanos;

  /**
   * Nothing has been seen.
   *
   * @param room members of each room, by their numbers in turn
   * @param goneAfterNanos how long somebody who has left may be shown
   */
  Screens(Attendance crowd, int members, int room, long goneAfterNanos) {
    this.crowd = crowd;
    this.members = members;
    this.room = room;
    this.goneAfterNanos = goneAfterNanos;
    int rooms = (members + room - 1) / room;
    for (int n = 0; n < rooms; n++) {
      shown.add(new HashSet<>());
    }
    whole = new boolean[rooms];
  }

  int rooms() {
    return whole.length;
  }

  @Override
  public synchronized void heard(int number, String text) {
    if (!text.startsWith("{\"t\":\"presence\"")) {
      return;
    }
    frames++;
    try {
      JsonNode frame = JSON.readTree(text);
      Set<Integer> screen = shown.get(number);
      if (frame.path("full").asBoolean()) {
        screen.clear();
        whole[number] = true;
      }
      frame.path("joined").forEach(one -> screen.add(memberOf(one)));
      frame.path("left").forEach(one -> screen.remove(memberOf(one)));
      if (whole[number]) {
        lookForMissing(number);
      }
    } catch (IOException e) {
      say("unreadable: " + text);
    }
  }

  private static int memberOf(JsonNode one) {
    return Integer.parseInt(one.path("user").asText().substring(USER.length()));
  }

  @Override
  public synchronized void lost(int number) {
    whole[number] = false;
  }

  /** Whether every room shows everybody. */
  synchronized boolean areComplete() {
    for (int n = 0; n < whole.length; n++) {
      if (!whole[n] || shown.get(n).size() < Math.min(room, members - n * room)) {
        return false;
      }
    }
    return true;
  }

  /** From now on everybody is here: whoever is missing is wrong. */
  synchronized void judge() {
    judging = true;
  }

  /** Looks at every room. */
  synchronized void sample() {
    for (int n = 0; n < whole.length; n++) {
      if (whole[n]) {
        samples++;
        lookForMissing(n);
        lookForGhosts(n);
      }
    }
  }

  private void lookForMissing(int number) {
    if (!judging) {
      return;
    }
    Set<Integer> screen = shown.get(number);
    for (int n = number * room; n < Math.min(members, (number + 1) * room); n++) {
      if (crowd.goneSince(n) == 0 && !screen.contains(n)) {
        flickers++;
        say("m" + n + " is here, and room " + number + " does not show it");
      }
    }
  }

  private void lookForGhosts(int number) {
    long now = System.nanoTime();
    for (int n : shown.get(number)) {
      long since = crowd.goneSince(n);
      if (since != 0) {
        longestGhostNanos = Math.max(longestGhostNanos, now - since);
        if (now - since > goneAfterNanos && ghosts.add(n)) {
          say("m" + n + " left " + (now - since) / 1_000_000 + " ms ago and is shown");
        }
      }
    }
  }

  private void say(String what) {
    if (wrong.size() < WRONG_MAX) {
      wrong.add(what);
    }
  }

  synchronized List<String> wrong() {
    return List.copyOf(wrong);
  }

  synchronized long samples() {
    return samples;
  }

  synchronized long frames() {
    return frames;
  }

  synchronized long flickers() {
    return flickers;
  }

  synchronized int ghosts() {
    return ghosts.size();
  }

  synchronized long longestGhostNanos() {
    return longestGhostNanos;
  }

  /** How many have left. */
  long away() {
    long away = 0;
    for (int n = 0; n < members; n++) {
      away += crowd.goneSince(n) != 0 ? 1 : 0;
    }
    return away;
  }
}
