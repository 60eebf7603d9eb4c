package io.tailrace.gateway.lane;

import org.jspecify.annotations.Nullable;

/** What waits in one lane, in order, and which of it a key would replace. */
final class Line {
  private static final int INDEX_SIZE_MIN = 8;

  private @Nullable Entry first;
  private @Nullable Entry last;
  private @Nullable Entry @Nullable [] index;
  private int keyed;
  private int entries;
  private long bytes;

  @Nullable Entry first() {
    return first;
  }

  /** The one that has waited longest, apart from one that is kept. */
  @Nullable Entry oldest(@Nullable Entry kept) {
    return first != null && first == kept ? first.next : first;
  }

  /** How many wait, answers apart. */
  int entries() {
    return entries;
  }

  /** What they cost, answers apart. */
  long bytes() {
    return bytes;
  }

  void append(Entry entry) {
    entry.before = last;
    if (last == null) {
      first = entry;
    } else {
      last.next = entry;
    }
    last = entry;
    if (!entry.answer) {
      entries++;
      bytes += entry.cost;
    }
    Subject subject = entry.subject();
    if (subject != null && subject.key() != null) {
      put(entry, subject);
    }
  }

  void remove(Entry entry) {
    Entry before = entry.before;
    Entry next = entry.next;
    if (before == null) {
      first = next;
    } else {
      before.next = next;
    }
    if (next == null) {
      last = before;
    } else {
      next.before = before;
    }
    entry.before = null;
    entry.next = null;
    if (!entry.answer) {
      entries--;
      bytes -= entry.cost;
    }
    Subject subject = entry.subject();
    if (subject != null && subject.key() != null) {
      take(entry, subject);
    }
  }

  /** An entry costs more or less than before. */
  void costs(Entry entry, int cost) {
    bytes += cost - entry.cost;
    entry.cost = cost;
  }

  /** The one that an entry about this would replace. */
  @Nullable Entry find(Subject subject) {
    @Nullable Entry[] places = index;
    if (places == null) {
      return null;
    }
    Entry entry = places[subject.placeIn(places.length)];
    while (entry != null && !isReplacedBy(entry, subject)) {
      entry = entry.sameHash;
    }
    return entry;
  }

  private static boolean isReplacedBy(Entry entry, Subject later) {
    Subject subject = entry.subject();
    return subject != null && subject.isReplacedBy(later);
  }

  private void put(Entry entry, Subject subject) {
    @Nullable Entry[] places = index;
    if (places == null) {
      places = new @Nullable Entry[INDEX_SIZE_MIN];
      index = places;
    } else if (keyed >= places.length) {
      places = grown(places.length * 2);
      index = places;
    }
    int place = subject.placeIn(places.length);
    entry.sameHash = places[place];
    places[place] = entry;
    keyed++;
  }

  /** Of all that wait, the last one is not in the index yet. */
  private @Nullable Entry[] grown(int size) {
    @Nullable Entry[] places = new @Nullable Entry[size];
    for (Entry entry = first; entry != null && entry != last; entry = entry.next) {
      Subject subject = entry.subject();
      if (subject != null && subject.key() != null) {
        int place = subject.placeIn(size);
        entry.sameHash = places[place];
        places[place] = entry;
      }
    }
    return places;
  }

  private void take(Entry entry, Subject subject) {
    @Nullable Entry[] places = index;
    if (places == null) {
      return;
    }
    int place = subject.placeIn(places.length);
    if (places[place] == entry) {
      places[place] = entry.sameHash;
    } else {
      Entry at = places[place];
      while (at != null && at.sameHash != entry) {
        at = at.sameHash;
      }
      if (at != null) {
        at.sameHash = entry.sameHash;
      }
    }
    entry.sameHash = null;
    keyed--;
  }
}
