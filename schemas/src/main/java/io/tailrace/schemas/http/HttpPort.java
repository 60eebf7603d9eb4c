package io.tailrace.schemas.http;

import io.tailrace.schemas.tls.PemFiles;
import io.tailrace.schemas.tls.ServerCertificate;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.connector.ByteBufferPool;
import io.undertow.protocols.ssl.UndertowXnioSsl;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.server.HttpHandler;
import io.undertow.server.protocol.http.AlpnOpenListener;
import io.undertow.server.protocol.http.HttpOpenListener;
import io.undertow.server.protocol.http2.Http2OpenListener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.ChannelListener;
import org.xnio.ChannelListeners;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.Sequence;
import org.xnio.StreamConnection;
import org.xnio.Xnio;
import org.xnio.XnioWorker;
import org.xnio.channels.AcceptingChannel;
import org.xnio.ssl.SslConnection;

/**
 * Undertow's listeners on one port, put together here and not by its builder: a connection must be
 * held to a time from its first moment, before a TLS handshake has come to an end, and the builder
 * has no place for that.
 *
 * <p>A plain port speaks HTTP/1.1. A port with a certificate speaks TLS 1.2 and 1.3 and, as the
 * client chooses, HTTP/2 or HTTP/1.1.
 */
final class HttpPort implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpPort.class);
  private static final int HEADER_BYTES_MAX = 16 * 1024;
  private static final int HEADERS_MAX = 100;

  /** An event stream names up to 100 channels. */
  private static final int PARAMETERS_MAX = 128;

  private static final int COOKIES_MAX = 100;
  private static final int STREAMS_MAX = 200;
  private static final int BACKLOG = 4096;

  /** Longer than any request waits for its answer without a byte. */
  private static final int ANSWER_MS_MAX = 40_000;

  /** With a record's overhead a write of one buffer fits a TLS record; as Undertow's builder. */
  private static final int BUFFER_BYTES = 16 * 1024 - 20;

  private static final int BUFFERS_PER_THREAD = 4;
  private static final int TASKS_PER_IO_THREAD = 8;

  /** An answer waits a few seconds for its event to be numbered. */
  private static final long ANSWERS_NANOS_MAX = TimeUnit.SECONDS.toNanos(5);

  private final XnioWorker worker;
  private final RunningRequests requests;
  private final Protocols protocols;
  private final AcceptingChannel<? extends StreamConnection> server;
  private final @Nullable ServerCertificate certificate;

  /** What is spoken here; a plain port speaks the first. */
  private record Protocols(HttpOpenListener http1, Http2OpenListener http2) {
    void closeConnections() {
      http1.closeConnections();
      http2.closeConnections();
    }
  }

  private HttpPort(
      XnioWorker worker,
      RunningRequests requests,
      Protocols protocols,
      AcceptingChannel<? extends StreamConnection> server,
      @Nullable ServerCertificate certificate) {
    this.worker = worker;
    this.requests = requests;
    this.protocols = protocols;
    this.server = server;
    this.certificate = certificate;
  }

  /**
   * Binds and begins to accept.
   *
   * @throws IOException where the port cannot be bound
   */
  static HttpPort open(PortConfig config, HttpHandler root, PortMetrics metrics)
      throws IOException {
    Xnio xnio = Xnio.getInstance(Undertow.class.getClassLoader());
    int ioThreads = Math.max(Runtime.getRuntime().availableProcessors(), 2);
    XnioWorker worker =
        xnio.createWorker(
            OptionMap.builder()
                .set(Options.WORKER_IO_THREADS, ioThreads)
                .set(Options.WORKER_TASK_CORE_THREADS, ioThreads * TASKS_PER_IO_THREAD)
                .set(Options.WORKER_TASK_MAX_THREADS, ioThreads * TASKS_PER_IO_THREAD)
                .set(Options.TCP_NODELAY, true)
                .set(Options.CORK, true)
                .getMap());
    try {
      HttpPort port = open(config, new RunningRequests(root), metrics, xnio, worker);
      metrics.connections(() -> openConnections(worker));
      port.server.resumeAccepts();
      return port;
    } catch (IOException | RuntimeException e) {
      worker.shutdownNow();
      throw e;
    }
  }

  private static HttpPort open(
      PortConfig config,
      RunningRequests requests,
      PortMetrics metrics,
      Xnio xnio,
      XnioWorker worker)
      throws IOException {
    InetSocketAddress address = new InetSocketAddress(config.host(), config.port());
    ByteBufferPool buffers = new DefaultByteBufferPool(true, BUFFER_BYTES, -1, BUFFERS_PER_THREAD);
    Protocols protocols = protocols(buffers, config, requests);
    PemFiles files = config.files();
    if (files == null) {
      return new HttpPort(
          worker,
          requests,
          protocols,
          worker.createStreamConnectionServer(
              address,
              ChannelListeners.openListenerAdapter(protocols.http1()),
              sockets(config, worker)),
          null);
    }
    Listening listening = new Listening(xnio, metrics);
    ServerCertificate certificate =
        ServerCertificate.follow(files, config.bounds().look(), listening);
    metrics.certificate(certificate::until);
    try {
      // Nobody waits for the whole of a handshake: each has its time from here on.
      HandshakeDeadline guarded =
          new HandshakeDeadline(
              alpn(buffers, config, protocols), config.bounds().handshake(), metrics);
      return new HttpPort(
          worker,
          requests,
          protocols,
          listening
              .ssl()
              .createSslConnectionServer(
                  worker, address, accepting(guarded), sockets(config, worker)),
          certificate);
    } catch (IOException | RuntimeException e) {
      certificate.close();
      throw e;
    }
  }

  private static Protocols protocols(ByteBufferPool buffers, PortConfig config, HttpHandler root) {
    OptionMap requests = requests(config.bounds());
    HttpOpenListener http1 = new HttpOpenListener(buffers, requests);
    http1.setRootHandler(root);
    Http2OpenListener http2 =
        new Http2OpenListener(
            buffers,
            OptionMap.builder()
                .addAll(requests)
                // HTTP/2 has no time of its own for a connection that never asks anything.
                .set(
                    UndertowOptions.IDLE_TIMEOUT,
                    (int) config.bounds().idle().toMillis() + ANSWER_MS_MAX)
                .set(UndertowOptions.HTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, STREAMS_MAX)
                .set(UndertowOptions.HTTP2_SETTINGS_ENABLE_PUSH, false)
                .getMap());
    http2.setRootHandler(root);
    return new Protocols(http1, http2);
  }

  private static AlpnOpenListener alpn(
      ByteBufferPool buffers, PortConfig config, Protocols protocols) {
    return new AlpnOpenListener(buffers, requests(config.bounds()), protocols.http1())
        .addProtocol(Http2OpenListener.HTTP2, protocols.http2(), 10);
  }

  private static OptionMap requests(PortConfig.Bounds bounds) {
    return OptionMap.builder()
        .set(UndertowOptions.BUFFER_PIPELINED_DATA, true)
        .set(UndertowOptions.ALWAYS_SET_KEEP_ALIVE, false)
        .set(UndertowOptions.MAX_HEADER_SIZE, HEADER_BYTES_MAX)
        .set(UndertowOptions.MAX_HEADERS, HEADERS_MAX)
        .set(UndertowOptions.MAX_PARAMETERS, PARAMETERS_MAX)
        .set(UndertowOptions.MAX_COOKIES, COOKIES_MAX)
        .set(UndertowOptions.REQUEST_PARSE_TIMEOUT, (int) bounds.head().toMillis())
        .set(UndertowOptions.NO_REQUEST_TIMEOUT, (int) bounds.idle().toMillis())
        .getMap();
  }

  private static OptionMap sockets(PortConfig config, XnioWorker worker) {
    return OptionMap.builder()
        .set(Options.WORKER_IO_THREADS, worker.getIoThreadCount())
        .set(Options.TCP_NODELAY, true)
        .set(Options.REUSE_ADDRESSES, true)
        .set(Options.BALANCING_TOKENS, 1)
        .set(Options.BALANCING_CONNECTIONS, 2)
        .set(Options.BACKLOG, BACKLOG)
        .set(Options.CONNECTION_HIGH_WATER, config.bounds().connections())
        .set(Options.CONNECTION_LOW_WATER, config.bounds().connections())
        .set(Options.SSL_ENABLED_PROTOCOLS, Sequence.of("TLSv1.3", "TLSv1.2"))
        .getMap();
  }

  /** XNIO's way to say what is opened does not know of the kinds of channels that TLS makes. */
  @SuppressWarnings("unchecked")
  private static ChannelListener<AcceptingChannel<SslConnection>> accepting(
      HandshakeDeadline listener) {
    ChannelListener<? extends AcceptingChannel<? extends StreamConnection>> adapter =
        ChannelListeners.<StreamConnection>openListenerAdapter(listener);
    return (ChannelListener<AcceptingChannel<SslConnection>>) adapter;
  }

  private static int openConnections(XnioWorker worker) {
    return worker.getMXBean().getServerMXBeans().stream()
        .mapToInt(org.xnio.management.XnioServerMXBean::getConnectionCount)
        .sum();
  }

  /** Brings a renewed certificate to the port. */
  private static final class Listening
      implements java.util.function.Function<SSLContext, ServerCertificate.Listener>,
          ServerCertificate.Listener {
    private final Xnio xnio;
    private final PortMetrics metrics;
    private @Nullable UndertowXnioSsl ssl;

    Listening(Xnio xnio, PortMetrics metrics) {
      this.xnio = xnio;
      this.metrics = metrics;
    }

    @Override
    public ServerCertificate.Listener apply(SSLContext first) {
      ssl = new UndertowXnioSsl(xnio, OptionMap.create(Options.USE_DIRECT_BUFFERS, true), first);
      return this;
    }

    UndertowXnioSsl ssl() {
      UndertowXnioSsl made = ssl;
      if (made == null) {
        throw new IllegalStateException("no certificate has been read");
      }
      return made;
    }

    @Override
    public void renewed(SSLContext context) {
      ssl().updateSSLContext(context);
      metrics.certificate("renewed");
    }

    @Override
    public void refused() {
      metrics.certificate("refused");
    }
  }

  /** The port that is bound. */
  int port() {
    return server.getLocalAddress(InetSocketAddress.class).getPort();
  }

  /**
   * Closes the port: takes nobody any more, waits some seconds for the answers that are under way,
   * closes all connections; returns when their threads have ended.
   */
  @Override
  public void close() {
    if (worker.isShutdown()) {
      // A listener that is closed a second time would wait for a thread that has ended.
      return;
    }
    if (certificate != null) {
      certificate.close();
    }
    IoUtils.safeClose(server);
    try {
      if (!requests.close(ANSWERS_NANOS_MAX)) {
        LOG.atInfo().log("requests that have no answer yet are cut");
      }
      protocols.closeConnections();
      worker.shutdown();
      while (!worker.awaitTermination(1, TimeUnit.MINUTES)) {
        worker.shutdownNow();
      }
    } catch (InterruptedException _) {
      worker.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
