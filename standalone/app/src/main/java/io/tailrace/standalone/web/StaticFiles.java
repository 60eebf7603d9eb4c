package io.tailrace.standalone.web;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.ETag;
import io.undertow.util.ETagUtils;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The console, the demo page and the JavaScript client, from {@code web/} on the class path. Every
 * file is read once; a browser asks again each time and is told 304 where nothing has changed.
 */
final class StaticFiles implements HttpHandler {
  private static final Pattern SAFE = Pattern.compile("/(?:[A-Za-z0-9_-]+/)*[A-Za-z0-9_.-]+");
  private static final Map<String, String> PAGES =
      Map.of("/", "/index.html", "/console", "/console/index.html");
  private static final HttpString CSP = new HttpString("Content-Security-Policy");
  private static final HttpString NO_SNIFF = new HttpString("X-Content-Type-Options");
  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml",
          "json", "application/json",
          "ico", "image/x-icon");

  private final HttpHandler otherwise;
  // Bounded by the files that are on the class path: misses are not kept.
  private final Map<String, StaticFile> files = new ConcurrentHashMap<>();

  StaticFiles(HttpHandler otherwise) {
    this.otherwise = otherwise;
  }

  @SuppressWarnings("ArrayRecordComponent") // bytes are sent, never compared or changed
  private record StaticFile(byte[] bytes, String type, ETag tag) {}

  @Override
  public void handleRequest(HttpServerExchange exchange) throws Exception {
    String path = exchange.getRequestPath();
    StaticFile file = file(PAGES.getOrDefault(path, path));
    if (file == null) {
      otherwise.handleRequest(exchange);
      return;
    }
    var headers = exchange.getResponseHeaders();
    headers.put(Headers.CONTENT_TYPE, file.type());
    headers.put(Headers.ETAG, file.tag().toString());
    headers.put(Headers.CACHE_CONTROL, "no-cache");
    headers.put(NO_SNIFF, "nosniff");
    headers.put(CSP, "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'");
    if (!ETagUtils.handleIfNoneMatch(exchange, file.tag(), true)) {
      exchange.setStatusCode(304);
      exchange.endExchange();
      return;
    }
    exchange.getResponseSender().send(ByteBuffer.wrap(file.bytes()));
  }

  private @Nullable StaticFile file(String path) throws IOException {
    StaticFile known = files.get(path);
    if (known != null || !SAFE.matcher(path).matches() || path.contains("..")) {
      return known;
    }
    try (InputStream in = StaticFiles.class.getResourceAsStream("/web" + path)) {
      String type = TYPES.get(path.substring(path.lastIndexOf('.') + 1));
      if (in == null || type == null) {
        return null;
      }
      byte[] bytes = in.readAllBytes();
      CRC32C sum = new CRC32C();
      sum.update(bytes);
      String tag = HexFormat.of().toHexDigits((int) sum.getValue());
      StaticFile file = new StaticFile(bytes, type, new ETag(false, tag));
      files.put(path, file);
      return file;
    }
  }
}
