package io.tailrace.client.link;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tailrace.client.connection.End;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import org.junit.jupiter.api.Test;

class FailuresTest {
  @Test
  void onlyWhatBrokeAfterItWasMadeSpeaksAgainstAWay() {
    assertEquals(End.How.UNREACHED, Failures.end(new ConnectException("refused"), "x").how());
    assertEquals(End.How.UNREACHED, Failures.end(new HttpConnectTimeoutException("x"), "x").how());
    assertEquals(End.How.UNREACHED, Failures.end(new IllegalStateException("no token"), "x").how());
    assertEquals(End.How.BROKEN, Failures.end(new IOException("reset by peer"), "x").how());
  }
}
