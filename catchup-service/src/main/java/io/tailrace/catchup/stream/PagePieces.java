package io.tailrace.catchup.stream;

import io.tailrace.catchup.auth.Reader;
import io.tailrace.catchup.await.Moments;
import io.tailrace.catchup.read.EventRules;
import io.tailrace.catchup.read.PageRules;
import io.tailrace.catchup.read.Pieces;
import io.tailrace.schemas.frame.JsonText;

/**
 * A page's JSON. Events of SQL may have a megabyte each, and a page of 256 of them is never held as
 * a whole; what one piece holds, as nearly every page, is one.
 */
public final class PagePieces implements Pieces {
  private final Reader reader;
  private final PageRules.Plan plan;
  private final EventRun run;
  private boolean begun;

  /** Of a page that has been found. */
  public PagePieces(Moments moments, Reader reader, PageRules.Plan plan) {
    this.reader = reader;
    this.plan = plan;
    this.run = new EventRun(moments, reader, plan.epoch(), plan.after(), plan.to());
  }

  @Override
  public Piece next() throws InterruptedException {
    JsonText out = new JsonText(4096);
    boolean first = !begun;
    begun = true;
    if (first) {
      EventRules.openPage(out, reader.channel(), plan.epoch(), plan.head());
    }
    if (!run.isDone()) {
      switch (run.next()) {
        case EventRun.Step.Events(var events) -> {
          if (!first) {
            out.put(',');
          }
          EventRules.elements(out, events);
        }
        case EventRun.Step.Refused(var problem) -> {
          return new Piece.Broken(problem);
        }
      }
    }
    if (!run.isDone()) {
      return new Piece.More(out.toByteArray());
    }
    EventRules.closePage(out, plan.next());
    return new Piece.Last(out.toByteArray());
  }
}
