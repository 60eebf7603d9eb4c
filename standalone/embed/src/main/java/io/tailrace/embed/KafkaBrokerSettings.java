package io.tailrace.embed;

import java.util.Properties;

/** The broker's settings: one node, little memory, no waiting where nobody else can come. */
record KafkaBrokerSettings(String logFolder, int port, int controllerPort) {
  static final int NODE_ID = 1;
  static final String CONTROLLER_LISTENER = "CONTROLLER";
  private static final String CLIENT_LISTENER = "PLAINTEXT";
  private static final String SMALL_SEGMENT_BYTES = Integer.toString(16 << 20);

  Properties toProperties() {
    Properties p = new Properties();
    identity(p);
    internalTopics(p);
    p.setProperty("auto.create.topics.enable", "false");
    // Retention belongs to each topic; what names none keeps everything.
    p.setProperty("log.retention.ms", "-1");
    p.setProperty("log.segment.bytes", Integer.toString(128 << 20));
    p.setProperty("log.cleaner.dedupe.buffer.size", Integer.toString(16 << 20));
    p.setProperty("group.initial.rebalance.delay.ms", "0");
    // After a kill the controller refuses the new broker until the old one's session ends: 9 s by
    // default.
    p.setProperty("broker.session.timeout.ms", "2000");
    p.setProperty("broker.heartbeat.interval.ms", "400");
    // A process that was killed is missed within its session: services ask for three seconds, and
    // brokers allow no less than six by default.
    p.setProperty("group.min.session.timeout.ms", "1000");
    // A transaction whose owner was killed is aborted soon after its time-out, not 10 s later:
    // until then nobody takes over the owner's partitions.
    p.setProperty("transaction.abort.timed.out.transaction.cleanup.interval.ms", "500");
    // The first records behind a commit are refused until the commit's markers are written, a
    // millisecond or two, and asked again after this: 20 ms by default, at every commit.
    p.setProperty("add.partitions.to.txn.retry.backoff.ms", "1");
    p.setProperty("num.network.threads", "2");
    p.setProperty("num.io.threads", "4");
    p.setProperty("background.threads", "2");
    p.setProperty("num.recovery.threads.per.data.dir", "2");
    return p;
  }

  private void identity(Properties p) {
    String clients = CLIENT_LISTENER + "://127.0.0.1:" + port;
    p.setProperty("process.roles", "broker,controller");
    p.setProperty("node.id", Integer.toString(NODE_ID));
    p.setProperty("controller.quorum.voters", NODE_ID + "@127.0.0.1:" + controllerPort);
    p.setProperty(
        "listeners", clients + "," + CONTROLLER_LISTENER + "://127.0.0.1:" + controllerPort);
    p.setProperty("advertised.listeners", clients);
    p.setProperty("controller.listener.names", CONTROLLER_LISTENER);
    p.setProperty("inter.broker.listener.name", CLIENT_LISTENER);
    p.setProperty(
        "listener.security.protocol.map",
        CLIENT_LISTENER + ":PLAINTEXT," + CONTROLLER_LISTENER + ":PLAINTEXT");
    p.setProperty("log.dirs", logFolder);
  }

  private static void internalTopics(Properties p) {
    for (String topic :
        new String[] {"offsets.topic", "transaction.state.log", "share.coordinator.state.topic"}) {
      p.setProperty(topic + ".replication.factor", "1");
      p.setProperty(topic + ".num.partitions", "1");
      p.setProperty(topic + ".segment.bytes", SMALL_SEGMENT_BYTES);
    }
    p.setProperty("transaction.state.log.min.isr", "1");
    p.setProperty("share.coordinator.state.topic.min.isr", "1");
  }
}
