package io.tailrace.gateway.bench;

import io.tailrace.gateway.testkit.Gateway;
import io.tailrace.gateway.testkit.RawSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/** {@code Subscribers PORT N SECONDS TOKEN}: many sockets, one thread, every frame counted. */
final class Subscribers {
  private static final int PAD = 100;
  private static final int AT_FROM_END = PAD + 10 + 19;
  private static final long WARM_NANOS = 3_000_000_000L;
  private static final int SAMPLES = 4_000_000;

  private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 18);
  private final long[] latencies = new long[SAMPLES];
  private int samples;
  private long frames;
  private boolean sampling;
  private boolean control = true;

  /** Where a connection stands inside its stream of frames. */
  private static final class Place {
    private int skip;
    private int header;
    private int length;
    private int need = 2;
  }

  public static void main(String[] arguments) throws IOException {
    new Subscribers()
        .run(
            Integer.parseInt(arguments[0]),
            Integer.parseInt(arguments[1]),
            Integer.parseInt(arguments[2]),
            arguments[3]);
    Runtime.getRuntime().halt(0);
  }

  private void run(int port, int n, int seconds, String token) throws IOException {
    Selector selector = Selector.open();
    byte[] hello = RawSocket.frame(0x81, Gateway.hello(1, token).getBytes(StandardCharsets.UTF_8));
    byte[] subscribe =
        RawSocket.frame(
            0x81,
            "{\"t\":\"subscribe\",\"ref\":2,\"channel\":\"chat:room\"}"
                .getBytes(StandardCharsets.UTF_8));
    for (int i = 0; i < n; i++) {
      SocketChannel channel = connect(port);
      channel.write(ByteBuffer.wrap(hello));
      channel.write(ByteBuffer.wrap(subscribe));
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ, new Place());
    }
    while (frames < 2L * n) {
      read(selector);
    }
    System.out.println(n + " subscribed");
    frames = 0;
    control = false;
    while (frames == 0) {
      read(selector);
    }
    long start = System.nanoTime() + WARM_NANOS;
    while (System.nanoTime() < start) {
      read(selector);
    }
    sampling = true;
    long before = frames;
    long began = System.nanoTime();
    while (System.nanoTime() < began + seconds * 1_000_000_000L - 500_000_000L) {
      read(selector);
    }
    double took = (System.nanoTime() - began) / 1e9;
    long counted = frames - before;
    long[] sorted = Arrays.copyOf(latencies, samples);
    Arrays.sort(sorted);
    long quiet = System.nanoTime();
    long last = frames;
    while (System.nanoTime() - quiet < 2_000_000_000L) {
      read(selector);
      if (frames != last) {
        last = frames;
        quiet = System.nanoTime();
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%.0f deliveries/s, p50 %.1f ms, p99 %.1f ms, p999 %.1f ms; %d frames in all = %d each%n",
        counted / took,
        at(sorted, 0.5),
        at(sorted, 0.99),
        at(sorted, 0.999),
        frames,
        frames / n);
  }

  private static SocketChannel connect(int port) throws IOException {
    SocketChannel channel = SocketChannel.open();
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    channel.write(
        ByteBuffer.wrap((RawSocket.request("") + "\r\n").getBytes(StandardCharsets.UTF_8)));
    ByteBuffer one = ByteBuffer.allocate(1);
    int ends = 0;
    while (ends < 4) {
      one.clear();
      if (channel.read(one) < 0) {
        throw new IOException("refused");
      }
      byte b = one.get(0);
      ends = b == '\r' || b == '\n' ? ends + 1 : 0;
    }
    return channel;
  }

  private static double at(long[] sorted, double share) {
    return sorted.length == 0 ? -1 : sorted[(int) ((sorted.length - 1) * share)] / 1e6;
  }

  private void read(Selector selector) throws IOException {
    selector.select(100);
    for (SelectionKey key : selector.selectedKeys()) {
      buffer.clear();
      int n = ((SocketChannel) key.channel()).read(buffer);
      if (n < 0) {
        throw new IOException("closed by the gateway");
      }
      take((Place) key.attachment(), buffer.flip(), System.nanoTime());
    }
    selector.selectedKeys().clear();
  }

  private void take(Place place, ByteBuffer in, long now) {
    boolean sampled = false;
    while (in.hasRemaining()) {
      if (place.skip > 0) {
        int n = Math.min(place.skip, in.remaining());
        in.position(in.position() + n);
        place.skip -= n;
        if (place.skip == 0) {
          frames++;
          if (sampling && !sampled && !control && in.position() > AT_FROM_END + 20) {
            sampled = true;
            sample(in, now);
          }
        }
        continue;
      }
      int b = in.get() & 0xFF;
      place.header++;
      if (place.header == 2) {
        place.length = b & 0x7F;
        place.need = place.length == 126 ? 4 : 2;
      } else if (place.header == 3) {
        place.length = b << 8;
      } else if (place.header == 4) {
        place.length |= b;
      }
      if (place.header >= 2 && place.header == place.need) {
        place.skip = place.length;
        place.header = 0;
        place.need = 2;
      }
    }
  }

  /** The time of publishing is in the data, which stands at the frame's end. */
  private void sample(ByteBuffer in, long now) {
    int from = in.position() - AT_FROM_END;
    long number = 0;
    for (int i = 0; i < 19; i++) {
      int digit = in.get(from + i) - '0';
      if (digit < 0 || digit > 9) {
        return;
      }
      number = number * 10 + digit;
    }
    if (samples < SAMPLES) {
      latencies[samples++] = now - number;
    }
  }
}
