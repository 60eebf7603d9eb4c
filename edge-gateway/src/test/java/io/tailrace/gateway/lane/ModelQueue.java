package io.tailrace.gateway.lane;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A queue as its page describes it: one list, everything counted anew at every step. */
final class ModelQueue {
  /** The lowest first, as the priority table has it. */
  private static final List<Lane> LOWEST_FIRST =
      List.of(Lane.SIGNAL, Lane.PRESENCE, Lane.RECEIPT, Lane.METADATA, Lane.EVENT);

  private final long bytesMax;
  private final int entriesMax;
  private final List<Item> items = new ArrayList<>();
  private final Set<String> torn = new HashSet<>();
  private @Nullable Item begun;
  final long[] shed = new long[Lane.values().length];
  final long[] coalesced = new long[Lane.values().length];

  /** Something that waits. */
  static final class Item {
    final Lane lane;
    final @Nullable Subject subject;
    final boolean answer;
    String text;
    long cost;

    Item(Lane lane, @Nullable Subject subject, boolean answer, String text) {
      this.lane = lane;
      this.subject = subject;
      this.answer = answer;
      this.text = text;
      this.cost = (long) text.length() + SendQueue.ENTRY_BYTES;
    }

    void say(String now) {
      text = now;
      cost = (long) now.length() + SendQueue.ENTRY_BYTES;
    }

    long cost() {
      return cost;
    }

    boolean isOfList(String channel) {
      return lane == Lane.PRESENCE
          && subject != null
          && subject.channel().equals(channel)
          && subject.key() == null;
    }
  }

  ModelQueue(long bytesMax, int entriesMax) {
    this.bytesMax = bytesMax;
    this.entriesMax = entriesMax;
  }

  boolean event(String text) {
    if (!fits(Lane.EVENT, text, null)) {
      return false;
    }
    makeRoom(Lane.EVENT, text, null);
    items.add(new Item(Lane.EVENT, null, false, text));
    return true;
  }

  void answer(String text) {
    items.add(new Item(Lane.EVENT, null, true, text));
  }

  boolean offer(Subject subject, String text) {
    Lane lane = subject.lane();
    boolean change = lane == Lane.PRESENCE && subject.key() == null && !subject.whole();
    if (change && torn.contains(subject.channel())) {
      shed[lane.place()]++;
      return false;
    }
    if (subject.whole()) {
      torn.remove(subject.channel());
      for (Item item : List.copyOf(items)) {
        if (item.isOfList(subject.channel())) {
          items.remove(item);
          coalesced[lane.place()]++;
        }
      }
    }
    Item replaced = null;
    for (Item item : items) {
      Subject of = item.subject;
      if (of != null && subject.key() != null && of.equals(subject)) {
        replaced = item;
        coalesced[lane.place()]++;
      }
    }
    boolean fits = fits(lane, text, replaced);
    if (fits) {
      makeRoom(lane, text, replaced);
    }
    if (!fits || change && torn.contains(subject.channel())) {
      if (replaced != null) {
        items.remove(replaced);
      }
      shed[lane.place()]++;
      tear(subject);
      return false;
    }
    if (replaced == null) {
      items.add(new Item(lane, subject, false, text));
    } else {
      replaced.say(text);
    }
    return true;
  }

  /** Whether it would fit if all that may be shed for it were shed. */
  private boolean fits(Lane lane, String text, @Nullable Item replaced) {
    List<Item> staying =
        Stream.concat(Stream.ofNullable(begun), items.stream())
            .filter(item -> !item.answer && item != replaced)
            .filter(item -> item == begun || !mayShed(lane, item))
            .toList();
    long bytes = staying.stream().mapToLong(Item::cost).sum();
    long cost = (long) text.length() + SendQueue.ENTRY_BYTES;
    return (bytes == 0 || bytes + cost <= bytesMax) && staying.size() < entriesMax;
  }

  private static boolean mayShed(Lane asking, Item item) {
    return item.lane != Lane.EVENT
        && LOWEST_FIRST.indexOf(item.lane) <= LOWEST_FIRST.indexOf(asking);
  }

  private void makeRoom(Lane lane, String text, @Nullable Item replaced) {
    long cost = (long) text.length() + SendQueue.ENTRY_BYTES;
    if (lane != Lane.EVENT) {
      long bytes = share(lane, bytesMax);
      long entries = Math.max(1, share(lane, entriesMax));
      while (waits(lane, replaced)
          && (sum(lane, replaced) + cost > bytes || count(lane, replaced) + 1 > entries)) {
        shedOldest(lane, replaced);
      }
    }
    for (Lane lowest : LOWEST_FIRST) {
      while (lowest != Lane.EVENT
          && LOWEST_FIRST.indexOf(lowest) <= LOWEST_FIRST.indexOf(lane)
          && waits(lowest, replaced)
          && (sum(null, replaced) + cost > bytesMax || count(null, replaced) + 1 > entriesMax)) {
        shedOldest(lowest, replaced);
      }
    }
  }

  private static long share(Lane lane, long bound) {
    return switch (lane) {
      case EVENT -> bound;
      case METADATA, RECEIPT -> bound / 8;
      case PRESENCE -> bound / 4;
      case SIGNAL -> bound / 16;
    };
  }

  private boolean waits(Lane lane, @Nullable Item apart) {
    return items.stream().anyMatch(item -> item.lane == lane && item != apart);
  }

  /** Of a lane, or with what has begun of all of them. */
  private Stream<Item> those(@Nullable Lane lane, @Nullable Item apart) {
    Stream<Item> all =
        lane == null ? Stream.concat(Stream.ofNullable(begun), items.stream()) : items.stream();
    return all.filter(item -> !item.answer && item != apart)
        .filter(item -> lane == null || item.lane == lane);
  }

  private long sum(@Nullable Lane lane, @Nullable Item apart) {
    return those(lane, apart).mapToLong(Item::cost).sum();
  }

  private long count(@Nullable Lane lane, @Nullable Item apart) {
    return those(lane, apart).count();
  }

  private void shedOldest(Lane lane, @Nullable Item apart) {
    Item oldest =
        items.stream().filter(item -> item.lane == lane && item != apart).findFirst().orElseThrow();
    items.remove(oldest);
    shed[lane.place()]++;
    if (oldest.subject != null) {
      tear(oldest.subject);
    }
  }

  private void tear(Subject subject) {
    if (subject.lane() != Lane.PRESENCE || subject.key() != null) {
      return;
    }
    torn.add(subject.channel());
    for (Item item : List.copyOf(items)) {
      if (item.isOfList(subject.channel())) {
        items.remove(item);
        shed[Lane.PRESENCE.place()]++;
      }
    }
  }

  /** Takes so many bytes; they are what the wire is given. */
  String write(int most) {
    StringBuilder out = new StringBuilder();
    while (out.length() < most) {
      Item next = begun != null ? begun : first();
      if (next == null) {
        break;
      }
      items.remove(next);
      int n = Math.min(most - out.length(), next.text.length());
      out.append(next.text, 0, n);
      next.text = next.text.substring(n);
      begun = next.text.isEmpty() ? null : next;
    }
    return out.toString();
  }

  private @Nullable Item first() {
    for (Lane lane : LOWEST_FIRST.reversed()) {
      for (Item item : items) {
        if (item.lane == lane) {
          return item;
        }
      }
    }
    return null;
  }

  Set<String> takeTorn() {
    Set<String> taken = Set.copyOf(torn);
    torn.clear();
    return taken;
  }

  long bytes() {
    return sum(null, null);
  }

  /** Answers apart. */
  long inLanes() {
    return count(null, null);
  }

  long entries() {
    return (long) items.size() + (begun == null ? 0 : 1);
  }
}
