package io.tailrace.write.it;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.name.Channel;
import io.tailrace.write.auth.PublishRight;
import io.tailrace.write.commit.ChannelCheck;
import io.tailrace.write.commit.Clocks;
import io.tailrace.write.commit.CommitLimits;
import io.tailrace.write.commit.CommitResult;
import io.tailrace.write.commit.EventRow;
import io.tailrace.write.commit.GroupCommitter;
import io.tailrace.write.commit.WritePool;
import io.tailrace.write.commit.WriteUnit;
import io.tailrace.write.measure.WriteMetrics;
import io.tailrace.write.member.MemberRequest;
import io.tailrace.write.member.MemberResult;
import io.tailrace.write.member.Members;
import io.tailrace.write.migrate.Kinds;
import io.tailrace.write.migrate.Migration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Two write-services as far as the database sees them: their lanes, and their changes of members.
 */
final class MemberPlayers implements AutoCloseable {
  static final ChannelCheck CHECK =
      new ChannelCheck(ChannelCheck.Asks.MEMBERS_WHERE_CLOSED, "member,owner", true, true);
  private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

  private final List<HikariDataSource> pools = new ArrayList<>();
  private final List<GroupCommitter> committers = new ArrayList<>();
  private final List<Members> members = new ArrayList<>();

  MemberPlayers() {
    var postgres = Servers.postgres();
    for (int i = 0; i < 2; i++) {
      HikariDataSource pool =
          WritePool.open(postgres.jdbcUrl(), postgres.user(), postgres.password(), 2);
      pools.add(pool);
      if (i == 0) {
        Migration.apply(pool);
        Kinds.tell(pool, Contracts.shipped(), PublishRight::registers, System::nanoTime);
      }
      committers.add(
          new GroupCommitter(
              pool,
              new CommitLimits(2, 4096, 64, 1 << 20, TimeUnit.SECONDS.toNanos(60)),
              Clocks.system(),
              new WriteMetrics(new SimpleMeterRegistry())));
      members.add(new Members(pool, WritePool.MEMBER_CHANGES));
    }
  }

  static Channel chat(String id) {
    return new Channel("demo", "chat", id);
  }

  /** Publishes one event in each channel, all in one commit, through one of the services. */
  CompletableFuture<CommitResult> publish(int service, String user, String... channels) {
    List<EventRow> rows = new ArrayList<>();
    for (String channel : channels) {
      rows.add(
          new EventRow(
              UUID.randomUUID().toString(),
              chat(channel),
              "message.posted",
              null,
              user,
              "{\"text\":\"x\"}",
              12,
              TRACE,
              CHECK));
    }
    while (true) {
      CompletableFuture<CommitResult> result =
          committers.get(service).submit(new WriteUnit(rows, null, false));
      if (result != null) {
        return result;
      }
      Thread.onSpinWait();
    }
  }

  /** A change by one whose token says what it may. */
  MemberResult change(
      int service,
      String channel,
      String user,
      @Nullable String role,
      String author,
      boolean mayCreate,
      boolean mayChange)
      throws InterruptedException {
    return members
        .get(service)
        .change(
            new MemberRequest(
                chat(channel),
                user,
                role,
                author,
                UUID.randomUUID().toString(),
                Instant.now().truncatedTo(ChronoUnit.MICROS),
                TRACE,
                null,
                mayCreate,
                mayChange,
                Set.of("owner")));
  }

  @Override
  public void close() {
    committers.forEach(GroupCommitter::close);
    pools.forEach(HikariDataSource::close);
  }
}
