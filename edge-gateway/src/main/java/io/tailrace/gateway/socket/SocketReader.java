package io.tailrace.gateway.socket;

import io.tailrace.gateway.encode.WebSocketText;
import io.tailrace.gateway.fanout.Input;
import io.tailrace.gateway.session.Peer;
import io.tailrace.gateway.shard.Connection;
import io.tailrace.gateway.shard.Shard;
import io.tailrace.schemas.frame.ClientFrame;
import io.tailrace.schemas.frame.ClientFrames;
import io.tailrace.schemas.problem.ProblemCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.xnio.ChannelListener;
import org.xnio.conduits.ConduitStreamSourceChannel;

/** Reads a socket, frame by frame, into the shard. Owned by the shard's thread. */
final class SocketReader implements ChannelListener<ConduitStreamSourceChannel>, FrameParser.Sink {
  private static final int FINAL_PONG = 0x8A;
  private static final int NORMAL = 1000;
  private static final int NO_STATUS = 1005;

  /** So that one busy client does not keep an I/O thread from the others. */
  private static final int READS_PER_EVENT = 4;

  private final Shard shard;
  private final Connection connection;
  private final Peer peer;
  private final FrameParser parser;
  private boolean ended;

  SocketReader(Shard shard, Connection connection, FrameParser parser) {
    this.shard = shard;
    this.connection = connection;
    this.peer = connection.peer();
    this.parser = parser;
  }

  @Override
  public void handleEvent(ConduitStreamSourceChannel source) {
    try {
      for (int i = 0; i < READS_PER_EVENT; i++) {
        ByteBuffer buffer = shard.readBuffer().clear();
        int n = source.read(buffer);
        if (n < 0) {
          shard.drop(connection);
          return;
        }
        if (n == 0) {
          break;
        }
        if (ended || connection.isClosing()) {
          if (!connection.drains(n)) {
            shard.drop(connection);
            return;
          }
          awaitClose(buffer.flip());
        } else {
          take(buffer.flip());
          shard.settle();
          if (peer.queue().isAnswering()) {
            connection.pauseReads(source);
            return;
          }
        }
      }
    } catch (IOException _) {
      shard.drop(connection);
    }
  }

  /** After a farewell only the answer to it counts; after a fault not even that can be read. */
  private void awaitClose(ByteBuffer bytes) {
    if (!ended && parser.parse(bytes, this) != null) {
      ended = true;
    }
  }

  private void take(ByteBuffer bytes) {
    FrameParser.Fault fault = parser.parse(bytes, this);
    if (fault != null) {
      ended = true;
      shard.close(connection, fault.code(), fault.reason());
    }
  }

  @Override
  public void text(byte[] message) {
    if (!ended && !connection.isClosing()) {
      ClientFrames.Parsed parsed = ClientFrames.parse(message);
      if (parsed instanceof ClientFrames.Read(ClientFrame.Hello hello)) {
        connection.name(hello.device());
      }
      shard.input(new Input.Received(peer, parsed));
    }
  }

  @Override
  public void ping(byte[] payload) {
    if (connection.isClosing()) {
      return;
    }
    shard.input(new Input.Heard(peer));
    if (peer.queue().answer(WebSocketText.frame(FINAL_PONG, payload))) {
      shard.changed(connection);
    } else {
      ended = true;
      shard.close(connection, ProblemCode.TOO_SLOW, "pongs are not being read");
    }
  }

  @Override
  public void pong() {
    shard.input(new Input.Heard(peer));
  }

  @Override
  public void close(int code) {
    ended = true;
    shard.closedByPeer(connection, code == NO_STATUS ? NORMAL : code);
  }
}
