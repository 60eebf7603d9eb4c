package io.tailrace.gateway.resume;

import io.tailrace.gateway.encode.Frame;
import io.tailrace.gateway.encode.Wire;
import io.tailrace.gateway.lane.Shared;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A channel's window end to end, in pieces that all who are read it share: ten thousand who come
 * back to one channel queue the same few buffers, and the socket takes many frames in one write.
 *
 * <p>Pieces never overlap and hold what the window holds, so they are bounded as it is. A piece is
 * made when the first reader comes to its first seq; whoever stands elsewhere takes a part of it.
 * Owned by the thread that owns the window.
 */
public final class Pieces {
  /**
   * From so many readers on, a piece is kept outside the heap: a socket channel copies what lies
   * inside it at every write, and the copies of a few readers cost less than such a buffer.
   */
  private static final int READERS_TO_MOVE_OUT = 4;

  private final ChannelWindow window;
  private final Map<Wire, TreeMap<Long, Piece>> wires = new EnumMap<>(Wire.class);

  Pieces(ChannelWindow window) {
    this.window = window;
  }

  /**
   * A part of a piece.
   *
   * @param bytes frames end to end; position and limit are the caller's own
   * @param of all that is kept for as long as the part is
   * @param last seq of the last one
   */
  public record Part(ByteBuffer bytes, Shared of, long last) {}

  /**
   * The frames from a seq on, as far as one piece has them.
   *
   * @param first a seq that the window has
   * @param to the last seq wanted, at least {@code first}
   * @param bytesMax size of a piece that has to be made; a larger frame is one by itself
   * @return null where the window does not have the first one
   */
  public @Nullable Part part(Wire wire, long first, long to, int bytesMax) {
    if (window.frame(first) == null) {
      return null;
    }
    TreeMap<Long, Piece> made = wires.computeIfAbsent(wire, _ -> new TreeMap<>());
    Map.Entry<Long, Piece> below = made.floorEntry(first);
    Piece piece = below == null ? null : below.getValue();
    if (piece == null || piece.last() < first) {
      Long above = made.higherKey(first);
      long until = above == null ? window.last() : above - 1;
      piece = make(wire, first, until, bytesMax);
      made.put(first, piece);
    }
    return piece.part(first, Math.min(to, piece.last()));
  }

  /** Forgets all: nobody is being read the window, or what it held is void. */
  public void clear() {
    wires.clear();
  }

  /** How many bytes the pieces hold. */
  long bytes() {
    return wires.values().stream()
        .flatMap(made -> made.values().stream())
        .mapToLong(piece -> piece.bytes.size())
        .sum();
  }

  /** Forgets what the window has no longer: a piece goes when its last frame has gone. */
  void evictBelow(long seq) {
    for (TreeMap<Long, Piece> made : wires.values()) {
      while (!made.isEmpty() && made.firstEntry().getValue().last() < seq) {
        made.pollFirstEntry();
      }
    }
  }

  private Piece make(Wire wire, long first, long until, int bytesMax) {
    long length = 0;
    long last = first - 1;
    Frame next;
    while (last < until && (next = window.frame(last + 1)) != null) {
      int more = next.bytes(wire).length;
      if (last >= first && length + more > bytesMax) {
        break;
      }
      length += more;
      last++;
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) length);
    int[] ends = new int[(int) (last - first + 1)];
    for (int i = 0; i < ends.length; i++) {
      Frame frame = window.frame(first + i);
      if (frame == null) {
        throw new IllegalStateException("a window has a hole");
      }
      bytes.put(frame.bytes(wire));
      ends[i] = bytes.position();
    }
    return new Piece(first, ends, bytes.flip());
  }

  private static final class Piece {
    private final long first;
    private final int[] ends;
    private Shared bytes;
    private int readers;

    Piece(long first, int[] ends, ByteBuffer bytes) {
      this.first = first;
      this.ends = ends;
      this.bytes = new Shared(bytes);
    }

    long last() {
      return first + ends.length - 1;
    }

    Part part(long from, long to) {
      if (++readers == READERS_TO_MOVE_OUT) {
        bytes = new Shared(ByteBuffer.allocateDirect(bytes.size()).put(bytes.view()).flip());
      }
      int begin = from == first ? 0 : ends[(int) (from - first - 1)];
      int end = ends[(int) (to - first)];
      return new Part(bytes.view(begin, end - begin), bytes, to);
    }
  }
}
