package io.tailrace.client.link;

import io.tailrace.client.connection.End;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import org.jspecify.annotations.Nullable;

/** What a failure of the network says about the way that was tried. */
final class Failures {
  private Failures() {}

  /**
   * Nobody there, or no token to begin with, speaks against no way; a connection that was made and
   * then broke does.
   */
  static End end(@Nullable Throwable cause, String reason) {
    boolean made =
        cause instanceof IOException
            && !(cause instanceof ConnectException)
            && !(cause instanceof HttpConnectTimeoutException);
    return made ? End.broken(reason) : End.unreached(reason);
  }
}
