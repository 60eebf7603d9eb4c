package io.tailrace.load.command;

import io.tailrace.load.scenario.Progress;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A progress bar on standard error. */
final class Bar implements Progress, AutoCloseable {
  private static final int REFRESH_MS = 500;

  private final ProgressBar bar;

  Bar(String task) {
    bar =
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(1)
            .setUpdateIntervalMillis(REFRESH_MS)
            .setStyle(ProgressBarStyle.ASCII)
            .build();
  }

  @Override
  public void at(long done, long all, String words) {
    bar.maxHint(all);
    bar.stepTo(done);
    bar.setExtraMessage(words);
  }

  @Override
  public void close() {
    bar.close();
  }
}
