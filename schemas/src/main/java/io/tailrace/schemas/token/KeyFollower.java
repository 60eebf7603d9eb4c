package io.tailrace.schemas.token;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks again and again where keys lie. Thread: one of its own. Fails: a source that cannot be read
 * leaves its last keys in force and is logged; only the first look at files is allowed to throw.
 */
final class KeyFollower implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(KeyFollower.class);
  private static final long FILES_EVERY_MS = 5_000;
  private static final long LOOK_LEAST_MS = 500;
  private static final long ANSWER_BYTES_MAX = 1 << 20;
  private static final Duration FETCH_WITHIN = Duration.ofSeconds(5);

  private final Path file;
  private final Consumer<Map<String, TenantKeys>> found;
  private final FetchTimes times = new FetchTimes();
  private final Semaphore wake = new Semaphore(0);
  private final HttpClient http =
      HttpClient.newBuilder()
          .connectTimeout(FETCH_WITHIN)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();
  private final Map<URI, JWKSet> fetched = new HashMap<>();
  private final Map<Path, JWKSet> read = new HashMap<>();
  private final Thread thread = new Thread(this::run, "keys");
  private Map<String, KeyFile.Entry> entries;
  private volatile boolean asked;

  private KeyFollower(Path file, Consumer<Map<String, TenantKeys>> found) {
    this.file = file;
    this.found = found;
    this.entries = KeyFile.read(file);
  }

  static KeyFollower start(Path file, Consumer<Map<String, TenantKeys>> found) {
    KeyFollower follower = new KeyFollower(file, found);
    follower.entries.forEach((tenant, entry) -> {
      if (entry.source() instanceof KeyFile.Source.JwksFile(Path jwks)) {
        follower.readFirst(tenant, jwks);
      }
      if (entry.source() instanceof KeyFile.Source.Secret) {
        log.atWarn()
            .addKeyValue("tenant", tenant)
            .log("a shared secret signs this tenant's tokens: for development only");
      }
    });
    follower.look();
    follower.thread.setDaemon(true);
    follower.thread.start();
    return follower;
  }

  /** Looks at the addresses before it is their time, though not more often than they bear. */
  void lookSoon() {
    if (!asked) {
      asked = true;
      wake.release();
    }
  }

  @Override
  public void close() {
    thread.interrupt();
    http.shutdownNow();
  }

  private void readFirst(String tenant, Path jwks) {
    try {
      read.put(jwks, JWKSet.load(jwks.toFile()));
    } catch (IOException | ParseException e) {
      throw new IllegalArgumentException(
          file + ": tenant " + tenant + ": jwks " + jwks + " is no JWK set", e);
    }
  }

  private void run() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        TimeUnit.MILLISECONDS.sleep(LOOK_LEAST_MS); // however fast strangers send unknown keys
        if (wake.tryAcquire(FILES_EVERY_MS, TimeUnit.MILLISECONDS)) {
          wake.drainPermits();
        }
        readEntries();
        look();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void readEntries() {
    try {
      entries = KeyFile.read(file);
    } catch (IllegalArgumentException e) {
      keptOld(file.toString(), e);
    }
  }

  private void look() {
    boolean early = asked;
    asked = false;
    Map<String, TenantKeys> keys = new HashMap<>();
    entries.forEach((tenant, entry) ->
        keys.put(
            tenant, new TenantKeys(keys(entry.source(), early), entry.issuer(), entry.audience())));
    found.accept(keys);
  }

  private @Nullable JWKSet keys(KeyFile.Source source, boolean early) {
    return switch (source) {
      case KeyFile.Source.Secret(byte[] bytes) ->
          new JWKSet(new OctetSequenceKey.Builder(bytes).build());
      case KeyFile.Source.JwksFile(Path jwks) -> {
        try {
          read.put(jwks, JWKSet.load(jwks.toFile()));
        } catch (IOException | ParseException e) {
          keptOld(jwks.toString(), e);
        }
        yield read.get(jwks);
      }
      case KeyFile.Source.JwksUrl(URI address) -> {
        if (times.due(address, early, System.nanoTime())) {
          fetch(address);
        }
        yield fetched.get(address);
      }
    };
  }

  private void fetch(URI address) {
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .timeout(FETCH_WITHIN)
            .header("Accept", "application/jwk-set+json, application/json")
            .build();
    try {
      HttpResponse<InputStream> answer =
          http.send(request, HttpResponse.BodyHandlers.ofInputStream());
      byte[] body;
      try (InputStream stream = answer.body()) {
        body = stream.readNBytes((int) ANSWER_BYTES_MAX);
      }
      if (answer.statusCode() != 200) {
        throw new IOException("status " + answer.statusCode());
      }
      fetched.put(address, JWKSet.parse(new String(body, StandardCharsets.UTF_8)));
      times.fetched(address, System.nanoTime());
    } catch (IOException | ParseException e) {
      keptOld(address.toString(), e);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static void keptOld(String source, Exception fault) {
    log.atWarn()
        .addKeyValue("source", source)
        .addKeyValue("reason", fault.getMessage())
        .log("keys cannot be read: those known before stay in force");
  }
}
