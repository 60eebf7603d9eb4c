package io.tailrace.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.Test;

final class HeldRowsTest {
  private static final List<SourceRecord> BATCH = List.of();

  private final AtomicBoolean stopping = new AtomicBoolean();
  private final CountDownLatch looked = new CountDownLatch(2);
  private final HeldRows rows =
      new HeldRows(() -> {
        looked.countDown();
        return stopping.get();
      });

  @Test
  void aBatchIsAcceptedWhenItIsReleasedAndNotBefore() throws Exception {
    List<List<SourceRecord>> published = new ArrayList<>();
    CompletableFuture<Void> accepted = accept();
    // It has waited and looked whether it still should, twice.
    assertTrue(looked.await(1, TimeUnit.MINUTES));
    assertEquals(List.of(), published);
    rows.release(published::add);
    accepted.get(1, TimeUnit.MINUTES);
    assertEquals(List.of(BATCH), published);
  }

  @Test
  void aBatchThatNobodyWillReleaseIsNotAccepted() {
    CompletableFuture<Void> accepted = accept();
    stopping.set(true);
    CompletionException thrown = assertThrows(CompletionException.class, accepted::join);
    assertInstanceOf(Stopped.class, thrown.getCause());
  }

  private static final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Stopped(InterruptedException e) {
      super(e);
    }
  }

  private CompletableFuture<Void> accept() {
    return CompletableFuture.runAsync(() -> {
      try {
        rows.accept(BATCH);
      } catch (InterruptedException e) {
        throw new Stopped(e);
      }
    });
  }
}
