package io.tailrace.load.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One source and its readers: runs parts of schedules and says what became of them. One thread. */
final class Trial {
  /** Of the threads that write to the product's sockets. */
  private static final String IO_THREADS = " I/O-";

  private static final double RAMP_FACTOR = 1.5;
  private static final long BEGIN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long SILENT_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final FrameSource source;
  private final Swarm swarm;
  private final int sockets;
  private final double lateMsMax;
  private final ProcessCost cost;
  private final ProcessCost reader = new ProcessCost(ProcessHandle.current().pid(), 0);
  private long made;

  /**
   * What a part of a schedule came to.
   *
   * @param rate events per second that were due
   * @param deliveries frames that were read
   * @param seconds from the first event's time until the last frame was read
   * @param lateMs from the last event's time until then
   * @param wasKept whether all events were made and the last frame was not later than it may be
   * @param cpuSeconds of the source's process
   * @param ioSeconds of its I/O threads alone
   * @param postgresSeconds of its PostgreSQL
   * @param readerSeconds of this process, which reads and, for the product, sends the rows
   */
  record Part(
      double rate,
      long deliveries,
      double seconds,
      double lateMs,
      boolean wasKept,
      double cpuSeconds,
      double ioSeconds,
      double postgresSeconds,
      double readerSeconds) {
    double perSecond() {
      return deliveries / seconds;
    }

    double micros(double cpu) {
      return cpu * 1e6 / deliveries;
    }
  }

  /**
   * @param sockets that read every event
   * @param lateMsMax how late the last frame of a part may be
   */
  Trial(FrameSource source, Swarm swarm, int sockets, double lateMsMax) {
    this.source = source;
    this.swarm = swarm;
    this.sockets = sockets;
    this.lateMsMax = lateMsMax;
    this.cost = source.cost();
  }

  /** How many events were made in all. */
  long made() {
    return made;
  }

  /** Runs a rate for some seconds and waits for what it has made. */
  Part run(double rate, double seconds) throws InterruptedException {
    long count = Math.max(1, Math.round(rate * seconds));
    long before = swarm.delivered();
    ProcessCost.Reading first = cost.read();
    double io = cost.threadSeconds(IO_THREADS);
    double own = reader.read().serverSeconds();
    OpenLoop schedule = new OpenLoop(System.nanoTime() + BEGIN_NANOS, rate);
    long got = source.publish(schedule, count);
    made += got;
    swarm.await(made * sockets, SILENT_NANOS);
    long end = System.nanoTime();
    ProcessCost.Reading last = cost.read();
    double late = (end - schedule.due(Math.max(0, got - 1))) / 1e6;
    return new Part(
        rate,
        swarm.delivered() - before,
        (end - schedule.startNanos()) / 1e9,
        late,
        got == count && late <= lateMsMax,
        last.serverSeconds() - first.serverSeconds(),
        cost.threadSeconds(IO_THREADS) - io,
        last.postgresSeconds() - first.postgresSeconds(),
        reader.read().serverSeconds() - own);
  }

  /** The part with the highest rate that is kept; {@code base} where none higher is. */
  Part most(Part base, double seconds, int partsMax) throws InterruptedException {
    double first = base.wasKept() ? base.rate() : base.perSecond() / sockets;
    Ramp ramp = new Ramp(first, RAMP_FACTOR, partsMax);
    if (base.wasKept()) {
      ramp.tried(true);
    }
    Part most = base;
    while (!ramp.isOver()) {
      Part part = run(ramp.rate(), seconds);
      if (part.wasKept() && (!most.wasKept() || part.rate() > most.rate())) {
        most = part;
      }
      ramp.tried(part.wasKept());
    }
    return most;
  }

  /** As a row of the result. */
  static Map<String, Object> row(Part base, Part most) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("perSecond", Math.round(base.perSecond()));
    row.put("lateMs", rounded(base.lateMs()));
    row.put("cores", rounded(base.cpuSeconds() / base.seconds()));
    row.put("cpuMicrosEach", rounded(base.micros(base.cpuSeconds())));
    row.put("readerCores", rounded(base.readerSeconds() / base.seconds()));
    row.put("atMostPerSecond", Math.round(most.perSecond()));
    row.put("atMostWasKept", most.wasKept());
    row.put("atMostCores", rounded(most.cpuSeconds() / most.seconds()));
    row.put("atMostCpuMicrosEach", rounded(most.micros(most.cpuSeconds())));
    row.put("atMostReaderCores", rounded(most.readerSeconds() / most.seconds()));
    return row;
  }

  static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }
}
