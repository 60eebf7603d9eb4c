package io.tailrace.schemas.tls;

import io.tailrace.schemas.config.SettingsException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate of a port, which follows its files: a changed pair is in force for the
 * connections that come after it was found. A pair that cannot be used leaves the old one in force;
 * it is told once for as long as the files stay as they are. Thread: one of its own, which calls
 * the listener.
 */
public final class ServerCertificate implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ServerCertificate.class);

  private static final byte[] GONE = {};

  private final PemFiles files;
  private final Duration every;
  private final Listener listener;
  private final Thread thread = new Thread(this::run, "tls");
  private volatile ServerIdentity identity;
  private byte[] seen;

  /** What is told when the files have changed. */
  public interface Listener {
    /** A new pair is in force. */
    void renewed(SSLContext context);

    /** A new pair cannot be used. */
    void refused();
  }

  private ServerCertificate(
      PemFiles files, Duration every, ServerIdentity identity, Listener listener) {
    this.files = files;
    this.every = every;
    this.identity = identity;
    this.seen = identity.bytes();
    this.listener = listener;
  }

  /**
   * Reads the pair and follows it until closed.
   *
   * @param every how often the files are looked at
   * @param started given the first context, before anything is told to what it returns
   * @throws SettingsException where the pair cannot be used
   */
  public static ServerCertificate follow(
      PemFiles files, Duration every, Function<SSLContext, Listener> started) {
    ServerIdentity identity = ServerIdentity.read(files);
    ServerCertificate certificate =
        new ServerCertificate(files, every, identity, started.apply(identity.context()));
    if (identity.until().isBefore(Instant.now())) {
      LOG.atWarn().addKeyValue("until", identity.until()).log("the certificate has expired");
    }
    certificate.thread.setDaemon(true);
    certificate.thread.start();
    return certificate;
  }

  /** When the certificate in force ends. */
  public Instant until() {
    return identity.until();
  }

  @Override
  public void close() {
    thread.interrupt();
  }

  private void run() {
    try {
      while (true) {
        TimeUnit.MILLISECONDS.sleep(every.toMillis());
        look();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void look() {
    byte[] now;
    try {
      now = ServerIdentity.now(files);
    } catch (SettingsException e) {
      if (seen.length > 0) {
        seen = GONE;
        refused(e);
      }
      return;
    }
    if (Arrays.equals(now, seen)) {
      return;
    }
    seen = now;
    try {
      // Read again: what changes between the two reads is seen by the next look.
      ServerIdentity fresh = ServerIdentity.read(files);
      identity = fresh;
      listener.renewed(fresh.context());
      LOG.atInfo().addKeyValue("until", fresh.until()).log("the certificate was renewed");
    } catch (SettingsException e) {
      refused(e);
    }
  }

  private void refused(SettingsException why) {
    listener.refused();
    LOG.atError()
        .addKeyValue("reason", why.getMessage())
        .log("a new certificate cannot be used: the old one stays in force");
  }
}
