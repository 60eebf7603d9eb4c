package io.tailrace.load.scenario;

import io.tailrace.load.target.Target;
import java.util.Map;

/** What happens to a system while it is verified. */
public interface Disturbance {
  /** Nothing happens. */
  Disturbance NONE =
      new Disturbance() {
        @Override
        public void begin(Load load) {}

        @Override
        public boolean enough() {
          return true;
        }

        @Override
        public void end() {}

        @Override
        public Map<String, Long> counts() {
          return Map.of();
        }
      };

  /** What subscribers reach the system through. */
  default Network network(Target target) {
    return Network.faulty(target);
  }

  /** The load has begun; from now on things may happen. */
  void begin(Load load);

  /** Whether enough has happened for a verdict to mean something. */
  boolean enough();

  /** Ends it; the system is whole again at the return. */
  void end() throws InterruptedException;

  /** What happened how often. */
  Map<String, Long> counts();
}
