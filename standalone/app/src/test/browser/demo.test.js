import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, afterEach, before, test } from 'node:test';
import { launch, openDemo } from './support/demo.js';

let browser;
let demo;
/** The room keeps what earlier tests said: each marks its own messages. */
let mark;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());
afterEach(async () => {
  const { complaints } = demo;
  await demo.close();
  assert.deepEqual(complaints, [], 'the page complained of nothing');
});

async function open(options) {
  demo = await openDemo(browser, options);
  mark = randomUUID().slice(0, 8);
  return demo;
}

const said = (rows) => rows.map(({ seq, author, text }) => [seq, author, text]);

test('who is typing is shown to the other one until it is sent', async () => {
  await open();
  const { page } = demo;
  const input = page.locator('.left input');
  const says = (pane, words, options) =>
    page.waitForFunction(
      ([of, text]) => document.querySelector(`.${of} .typing`).textContent === text,
      [pane, words],
      options,
    );
  // a signal may be lost: the next key says it again
  for (let isShown = false; !isShown; ) {
    await input.press('a');
    isShown = await says('right', 'Ann is typing…', { timeout: 1000 }).then(() => true, () => false);
  }
  await says('left', '');
  await page.keyboard.press('Enter');
  await says('right', '');
});

test('who has read how far stands beside the messages, and what is out of sight is unread', async () => {
  const { left, right } = await open();
  const { page } = demo;
  const readBy = (pane, text, who) => pane.root.locator('.event', { hasText: text }).locator('.readers', { hasText: `read by ${who}` });
  const unread = (said) => page.waitForFunction((words) => document.querySelector('.right .unread').textContent === words, said);
  for (let i = 0; i < 40; i++) {
    await left.write(`${mark} line ${i} of forty`);
  }
  await readBy(left, `${mark} line 39 of forty`, 'Bob').waitFor();
  await readBy(right, `${mark} line 39 of forty`, 'Ann').waitFor();
  await unread('');
  await right.root.locator('.scroller').evaluate((scroller) => scroller.scrollTo(0, 0));
  await left.write(`${mark} further down`);
  await unread('1 unread');
  await readBy(right, `${mark} further down`, 'Ann').waitFor({ state: 'attached' });
  assert.equal(await readBy(left, `${mark} line 39 of forty`, 'Bob').count(), 1, 'Bob has not gone on');
  await demo.screenshot('unread');
  await right.root.locator('.below').click();
  await readBy(left, `${mark} further down`, 'Bob').waitFor();
  await unread('');
  await page.reload();
  await readBy(left, `${mark} further down`, 'Bob').waitFor();
});

test('each pane shows who is here, and who is cut off for a moment has not left', async () => {
  const { left } = await open();
  const { page } = demo;
  const shows = (pane, words) =>
    page.waitForFunction(
      ([of, text]) => document.querySelector(`.${of} .who`).textContent === text,
      [pane, words],
    );
  await shows('left', 'Ann, Bob');
  await shows('right', 'Ann, Bob');
  await page.evaluate(() => {
    globalThis.seenHere = new Set();
    const who = document.querySelector('.right .who');
    new MutationObserver(() => globalThis.seenHere.add(who.textContent)).observe(who, { childList: true });
  });
  await left.cut.click();
  await left.isReconnecting();
  await left.cut.click();
  await left.write(`${mark} back`);
  await left.shows(`${mark} back`);
  assert.deepEqual(await page.evaluate(() => [...globalThis.seenHere].filter((text) => !text.includes('Ann'))), []);
});

test('both panes show the same events in the same order, each with its seq and its time', async () => {
  const { left, right } = await open();
  const lines = Array.from({ length: 8 }, (_, i) => `${mark} line ${i}`);
  for (const [i, line] of lines.entries()) {
    await (i % 2 === 0 ? left : right).write(line);
    // the author of the next line has read this one, so there is one right order
    await (i % 2 === 0 ? right : left).shows(line);
  }
  await left.shows(lines.at(-1));
  await demo.page.waitForFunction(() =>
    [...document.querySelectorAll('.event:not(.history) .ms')].every(({ textContent }) => textContent !== ''),
  );

  const [seen, alsoSeen] = [await left.rows(mark), await right.rows(mark)];
  assert.deepEqual(said(seen), said(alsoSeen));
  assert.deepEqual(seen.map(({ text }) => text), lines);
  assert.deepEqual(seen.map(({ author }) => author), lines.map((_, i) => (i % 2 === 0 ? 'Ann' : 'Bob')));
  assert.deepEqual(seen.map(({ seq }) => seq - seen[0].seq), lines.map((_, i) => i));
  for (const { ms } of [...seen, ...alsoSeen]) {
    assert.match(ms, /^\d+(\.\d)? m?s$/);
  }
  await demo.verdictIs('same');
  assert.deepEqual(await left.facts(), await right.facts());
});

test('who was cut off gets exactly what was missed, and then holds the same history', async () => {
  const { left, right } = await open();
  await left.write(`${mark} before`);
  await right.shows(`${mark} before`);
  await right.cut.click();
  await right.isReconnecting();
  assert.equal(await right.words.textContent(), 'Reconnecting…');
  await right.root.getByText('Showing cached messages').waitFor();

  const missed = Array.from({ length: 12 }, (_, i) => `${mark} missed ${i}`);
  for (const line of missed) {
    await left.write(line);
    await left.shows(line);
  }
  await demo.verdictIs('behind');
  await demo.verdictSays('Bob is 12 events behind');
  assert.deepEqual((await right.rows(mark)).map(({ text }) => text), [`${mark} before`]);

  await right.cut.click();
  await right.shows(missed.at(-1));
  await right.isLive();
  assert.equal(await right.root.getByText('Showing cached messages').isVisible(), false);
  await demo.verdictIs('same');

  const [first, ...rest] = await right.rows(mark);
  assert.deepEqual(rest.map(({ text }) => text), missed);
  assert.ok(rest.every(({ caughtUp }) => caughtUp));
  assert.ok(rest.every(({ ms }) => ms.endsWith('late')));
  assert.deepEqual(said(await left.rows(mark)), said(await right.rows(mark)));
  const heading = await right.caughtUp();
  assert.match(heading, /Caught up 12 events/);
  assert.match(heading, /replayed from the window|read as HTTP pages/);
  const format = new Intl.NumberFormat('en').format;
  assert.ok(heading.includes(`(${format(first.seq)}, ${format(first.seq + 12)}]`), heading);
  assert.deepEqual(await left.facts(), await right.facts());
  assert.ok((await demo.proof()).includes((await left.facts()).chain));
  await demo.screenshot('caught-up');
});

test('cuts in quick succession while the other side writes on lose nothing and double nothing', async () => {
  const { left, right } = await open();
  await left.write(`${mark} before`);
  await right.shows(`${mark} before`);
  await left.auto.click();
  for (let i = 0; i < 4; i++) {
    await right.cut.click();
    await right.isReconnecting();
    const { seq } = await left.facts();
    await demo.page.waitForFunction(
      (was) => document.querySelector('.left .facts .seq').textContent !== was,
      seq,
    );
    await right.cut.click();
    await right.isLive();
  }
  await left.auto.click();
  await demo.verdictIs('same');
  await left.write(`${mark} after`);
  await right.shows(`${mark} after`);
  await left.shows(`${mark} after`);
  const [seen, alsoSeen] = [await left.rows(mark), await right.rows(mark)];
  assert.deepEqual(said(seen), said(alsoSeen));
  assert.deepEqual(seen.map(({ seq }) => seq - seen[0].seq), seen.map((_, i) => i));
});

test('what is written without a connection is sent once it is back, once', async () => {
  const { left, right } = await open();
  await right.cut.click();
  await right.isReconnecting();
  await right.write(`${mark} from the tunnel`);
  await right.root.locator('.outbox', { hasText: 'Sending' }).waitFor();
  await right.cut.click();
  await left.shows(`${mark} from the tunnel`);
  await right.shows(`${mark} from the tunnel`);
  await right.root.locator('.outbox').waitFor({ state: 'hidden' });
  await left.write(`${mark} end`);
  await right.shows(`${mark} end`);
  await left.shows(`${mark} end`);
  assert.deepEqual((await left.rows(mark)).map(({ text }) => text), [`${mark} from the tunnel`, `${mark} end`]);
});

test('a page loaded anew shows what was said before', async () => {
  const { left, right } = await open();
  await left.write(`${mark} kept`);
  await right.shows(`${mark} kept`);
  await demo.page.reload();
  await right.shows(`${mark} kept`);
  await demo.verdictIs('same');
  const [row] = await right.rows(mark);
  assert.equal(row.live, false);
});

test('what is older than the window of the gateway comes as pages over HTTP', async () => {
  const { left, right } = await open();
  await left.write(`${mark} old`);
  await right.shows(`${mark} old`);
  const heading = right.root.locator('.group.history');
  const loadAgain = async () => {
    await demo.page.reload();
    await right.shows(`${mark} old`);
    await demo.verdictIs('same');
    return heading.innerText();
  };
  // the window is kept by time: sooner or later it ends above the first event
  let said = await loadAgain();
  while (!said.includes('read as HTTP pages')) {
    assert.match(said, /replayed from the window/);
    said = await loadAgain();
  }
  assert.ok(said.includes('(0, '), said);
});

test('text is text, whatever it looks like', async () => {
  const { left, right } = await open();
  const odd = `${mark} <b>bold</b> &amp; 😀 "quotes" \u2028 </li><script>alert(1)</script>`;
  await left.write(odd);
  await right.shows(mark);
  assert.equal((await right.rows(mark))[0].text, odd);
  await demo.verdictIs('same');
});
