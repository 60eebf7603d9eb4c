package io.tailrace.load.watch;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Takes spans over OTLP/HTTP, in Protocol Buffers, as a collector does. */
final class Collector implements AutoCloseable {
  private static final List<String> ORDER = List.of("write", "relay", "sequence", "push");

  private final HttpServer server;
  private final ConcurrentLinkedQueue<Span> spans = new ConcurrentLinkedQueue<>();

  /** A span; ids in hexadecimal. */
  record Span(
      String service,
      String trace,
      String id,
      String parent,
      String name,
      long startNanos,
      long endNanos) {}

  private record Field(int number, byte[] bytes, long value) {
    String text() {
      return new String(bytes, StandardCharsets.UTF_8);
    }

    String hex() {
      return HexFormat.of().formatHex(bytes);
    }
  }

  private Collector(HttpServer server) {
    this.server = server;
  }

  static Collector start() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    Collector collector = new Collector(server);
    server.createContext(
        "/v1/traces",
        exchange -> {
          collector.take(exchange.getRequestBody().readAllBytes());
          exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
    return collector;
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Those of a trace, in the order of the hops. */
  List<Span> spans(String trace) {
    return spans.stream()
        .filter(span -> span.trace().equals(trace))
        .sorted(Comparator.comparingInt(span -> ORDER.indexOf(span.name())))
        .toList();
  }

  /** Field numbers are those of opentelemetry/proto/trace/v1/trace.proto. */
  private void take(byte[] request) {
    for (Field resourceSpans : of(fields(request), 1)) {
      List<Field> parts = fields(resourceSpans.bytes());
      String service = service(fields(one(parts, 1).bytes()));
      for (Field scopeSpans : of(parts, 2)) {
        for (Field span : of(fields(scopeSpans.bytes()), 2)) {
          List<Field> all = fields(span.bytes());
          spans.add(
              new Span(
                  service,
                  one(all, 1).hex(),
                  one(all, 2).hex(),
                  one(all, 4).hex(),
                  one(all, 5).text(),
                  one(all, 7).value(),
                  one(all, 8).value()));
        }
      }
    }
  }

  private static String service(List<Field> resource) {
    for (Field attribute : of(resource, 1)) {
      List<Field> pair = fields(attribute.bytes());
      if (one(pair, 1).text().equals("service.name")) {
        return one(fields(one(pair, 2).bytes()), 1).text();
      }
    }
    return "";
  }

  private static List<Field> of(List<Field> fields, int number) {
    return fields.stream().filter(field -> field.number() == number).toList();
  }

  private static Field one(List<Field> fields, int number) {
    return of(fields, number).stream().findFirst().orElse(new Field(number, new byte[0], 0));
  }

  private static List<Field> fields(byte[] message) {
    List<Field> fields = new ArrayList<>();
    ByteBuffer in = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
    while (in.hasRemaining()) {
      long tag = varint(in);
      int number = (int) (tag >>> 3);
      switch ((int) (tag & 7)) {
        case 0 -> fields.add(new Field(number, new byte[0], varint(in)));
        case 1 -> fields.add(new Field(number, new byte[0], in.getLong()));
        case 2 -> {
          byte[] bytes = new byte[(int) varint(in)];
          in.get(bytes);
          fields.add(new Field(number, bytes, 0));
        }
        case 5 -> fields.add(new Field(number, new byte[0], in.getInt()));
        default -> throw new IllegalArgumentException("wire type of tag " + tag);
      }
    }
    return fields;
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = in.get();
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
