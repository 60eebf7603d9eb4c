package io.tailrace.schemas.tls;

import io.tailrace.schemas.config.Settings;
import io.tailrace.schemas.config.SettingsException;
import io.tailrace.schemas.config.SharedKeys;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where the certificate of a port and its key lie.
 *
 * @param certificate PEM: the port's own certificate, then those that lead to an authority
 * @param key PEM: the private key that fits the first of them, not encrypted
 */
public record PemFiles(Path certificate, Path key) {

  /**
   * From settings; null where there are none, and the port speaks plainly.
   *
   * @throws SettingsException where only one of the two is set, or the pair cannot be used
   */
  public static @Nullable PemFiles from(Settings settings) {
    Optional<Path> certificate = settings.get(SharedKeys.TLS_CERTIFICATE);
    Optional<Path> key = settings.get(SharedKeys.TLS_KEY);
    if (certificate.isEmpty() && key.isEmpty()) {
      return null;
    }
    if (certificate.isEmpty()) {
      throw half(SharedKeys.TLS_KEY.name(), SharedKeys.TLS_CERTIFICATE.name());
    }
    if (key.isEmpty()) {
      throw half(SharedKeys.TLS_CERTIFICATE.name(), SharedKeys.TLS_KEY.name());
    }
    PemFiles files = new PemFiles(certificate.get(), key.get());
    var _ = ServerIdentity.read(files);
    return files;
  }

  private static SettingsException half(String given, String missing) {
    return new SettingsException(
        given + " is set and " + missing + " is not: give both for TLS, neither without");
  }
}
