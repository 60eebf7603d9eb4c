package io.tailrace.schemas.http;

import io.tailrace.schemas.config.Key;
import io.tailrace.schemas.config.Settings;
import io.tailrace.schemas.config.SettingsException;
import io.tailrace.schemas.config.SharedKeys;
import io.tailrace.schemas.tls.PemFiles;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A port, and what bounds strangers before anybody knows who they are.
 *
 * @param port 0 for any free one
 * @param files the certificate; null for a plain port
 */
public record PortConfig(String host, int port, @Nullable PemFiles files, Bounds bounds) {
  /** Address to bind. */
  public static final Key<String> HTTP_HOST =
      Key.text("http.host", "127.0.0.1", "Address that the HTTP port is bound to.");

  /** Port to bind. */
  public static final Key<Integer> HTTP_PORT =
      Key.number("http.port", "8080", "HTTP port; 0 for any free one.", 0, 65_535);

  private static final Key<Integer> CONNECTIONS =
      Key.number(
          "http.connections.max",
          "120000",
          "Connections of the port; those that come while it is full wait in the system's queue.",
          1,
          10_000_000);
  private static final Key<Duration> HEAD =
      Key.millis("http.head.ms", "10000", "How long the head of a request may take to come.");
  private static final Key<Duration> BODY =
      Key.millis("http.body.ms", "30000", "How long its body may take.");
  private static final Key<Duration> IDLE =
      Key.millis("http.idle.ms", "60000", "How long a connection without a request is kept.");
  private static final Key<Duration> HANDSHAKE =
      Key.millis("tls.handshake.ms", "10000", "How long a TLS handshake may take.");
  private static final Key<Duration> LOOK =
      Key.millis(
          "tls.look.ms", "5000", "How often the files are looked at, to take up a renewed pair.");

  /**
   * What a connection may take before somebody is known.
   *
   * @param connections of the port, at once
   * @param head until a request's head has come
   * @param body until its body has come
   * @param idle without a request
   * @param handshake until TLS is agreed
   * @param look how often the certificate is looked at
   */
  public record Bounds(
      int connections,
      Duration head,
      Duration body,
      Duration idle,
      Duration handshake,
      Duration look) {}

  /** The settings of a port. */
  public static List<Key<?>> keys() {
    return List.of(
        HTTP_HOST,
        HTTP_PORT,
        SharedKeys.TLS_CERTIFICATE,
        SharedKeys.TLS_KEY,
        CONNECTIONS,
        HEAD,
        BODY,
        IDLE,
        HANDSHAKE,
        LOOK);
  }

  /**
   * From settings that were loaded with {@link #keys}.
   *
   * @throws SettingsException where a value or the pair of files is wrong
   */
  public static PortConfig from(Settings settings) {
    return new PortConfig(
        settings.get(HTTP_HOST),
        settings.get(HTTP_PORT),
        PemFiles.from(settings),
        new Bounds(
            settings.get(CONNECTIONS),
            positive(settings, HEAD),
            positive(settings, BODY),
            positive(settings, IDLE),
            positive(settings, HANDSHAKE),
            positive(settings, LOOK)));
  }

  /** A plain port with the bounds that settings have by default. */
  public static PortConfig plain(String host, int port) {
    return from(
        Settings.load(keys(), List.of("--http.host=" + host, "--http.port=" + port), Map.of()));
  }

  private static Duration positive(Settings settings, Key<Duration> key) {
    Duration value = settings.get(key);
    if (value.isZero() || value.toMillis() > Integer.MAX_VALUE / 2) {
      throw new SettingsException(
          key.name() + "=" + value.toMillis() + " is wrong: must be 1 to a billion milliseconds");
    }
    return value;
  }
}
