package io.tailrace.schemas.tls;

import io.tailrace.schemas.config.SettingsException;
import io.tailrace.schemas.config.SharedKeys;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import nl.altindag.ssl.pem.util.PemUtils;

/**
 * What a port proves itself with, read once from a pair of files.
 *
 * @param bytes what was read, to see whether the files have changed
 * @param context for new connections
 * @param until when the first certificate of the chain ends
 */
@SuppressWarnings("ArrayRecordComponent") // bytes are compared by content, never changed
record ServerIdentity(byte[] bytes, SSLContext context, Instant until) {
  private static final int FILE_BYTES_MAX = 1 << 20;
  private static final byte[] PROOF = "does this key fit".getBytes(StandardCharsets.US_ASCII);
  private static final char[] NO_PASSWORD = {};

  /**
   * Reads a pair.
   *
   * @throws SettingsException where it cannot be used: names the setting and says why
   */
  static ServerIdentity read(PemFiles files) {
    byte[] certificate = bytes(SharedKeys.TLS_CERTIFICATE.name(), files.certificate());
    byte[] secret = bytes(SharedKeys.TLS_KEY.name(), files.key());
    List<X509Certificate> chain = chain(certificate, files.certificate());
    PrivateKey key = key(secret, files.key());
    if (!fits(key, chain.getFirst())) {
      throw new SettingsException(
          SharedKeys.TLS_KEY.name()
              + "="
              + files.key()
              + " is not the key of the first certificate in "
              + files.certificate());
    }
    return new ServerIdentity(
        joined(certificate, secret),
        context(key, chain),
        chain.getFirst().getNotAfter().toInstant());
  }

  /** The bytes of both files as they are now; may be of a pair that is no pair. */
  static byte[] now(PemFiles files) {
    byte[] certificate = bytes(SharedKeys.TLS_CERTIFICATE.name(), files.certificate());
    byte[] secret = bytes(SharedKeys.TLS_KEY.name(), files.key());
    return joined(certificate, secret);
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private static byte[] bytes(String setting, Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(FILE_BYTES_MAX + 1);
      if (bytes.length > FILE_BYTES_MAX) {
        throw new SettingsException(setting + "=" + file + " is larger than a mebibyte");
      }
      return bytes;
    } catch (IOException e) {
      throw new SettingsException(
          setting + "=" + file + " cannot be read: " + e.getClass().getSimpleName());
    }
  }

  private static List<X509Certificate> chain(byte[] pem, Path file) {
    List<X509Certificate> chain;
    try {
      chain = PemUtils.parseCertificate(new String(pem, StandardCharsets.ISO_8859_1));
    } catch (RuntimeException e) {
      chain = List.of(); // the library's own words name neither the setting nor the file
    }
    if (chain.isEmpty()) {
      throw new SettingsException(
          SharedKeys.TLS_CERTIFICATE.name() + "=" + file + " holds no PEM certificate");
    }
    return chain;
  }

  private static PrivateKey key(byte[] pem, Path file) {
    try {
      PrivateKey read = PemUtils.parsePrivateKey(new String(pem, StandardCharsets.ISO_8859_1));
      // As the JDK's own, whichever provider has read it.
      return KeyFactory.getInstance(read.getAlgorithm())
          .generatePrivate(new PKCS8EncodedKeySpec(read.getEncoded()));
    } catch (RuntimeException | GeneralSecurityException e) {
      throw new SettingsException(
          SharedKeys.TLS_KEY.name() + "=" + file + " holds no PEM private key without a password");
    }
  }

  private static boolean fits(PrivateKey key, X509Certificate certificate) {
    try {
      String algorithm =
          switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> key.getAlgorithm();
          };
      Signature signer = Signature.getInstance(algorithm);
      signer.initSign(key);
      signer.update(PROOF);
      byte[] signature = signer.sign();
      signer.initVerify(certificate.getPublicKey());
      signer.update(PROOF);
      return signer.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static SSLContext context(PrivateKey key, List<X509Certificate> chain) {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, NO_PASSWORD);
      store.setKeyEntry("port", key, NO_PASSWORD, chain.toArray(X509Certificate[]::new));
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(store, NO_PASSWORD);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), null, null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new SettingsException(
          SharedKeys.TLS_CERTIFICATE.name() + " cannot be used: " + e.getMessage());
    }
  }
}
