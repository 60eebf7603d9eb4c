package io.tailrace.schemas.tls;

import io.tailrace.schemas.config.SettingsException;
import io.tailrace.schemas.config.SharedKeys;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import nl.altindag.ssl.pem.util.PemUtils;

/** Whom calls to other services trust: the authorities of one file, or those of the JVM. */
public final class TrustedAuthorities {
  private TrustedAuthorities() {}

  /**
   * Lets a client trust the file's authorities and nobody else; without a file, those of the JVM.
   * Names are checked either way.
   *
   * @throws SettingsException where the file cannot be used
   */
  public static HttpClient.Builder trust(HttpClient.Builder client, Optional<Path> file) {
    return file.map(path -> client.sslContext(context(path))).orElse(client);
  }

  private static SSLContext context(Path file) {
    try {
      if (!Files.isReadable(file)) {
        throw new SettingsException(SharedKeys.TLS_CA.name() + "=" + file + " cannot be read");
      }
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {PemUtils.loadTrustMaterial(file)}, null);
      return context;
    } catch (SettingsException e) {
      throw e;
    } catch (RuntimeException | GeneralSecurityException e) {
      throw new SettingsException(
          SharedKeys.TLS_CA.name() + "=" + file + " holds no PEM certificate");
    }
  }
}
