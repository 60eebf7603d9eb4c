import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { ADDRESS, PATIENCE_MS, launch } from './support/demo.js';

/** The client itself in a browser, without the demo page's parts: transports, and the cache that tabs share. */
let browser;
let context;
let channel;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());
beforeEach(async () => {
  context = await browser.newContext();
  channel = `chat:tabs-${randomUUID().slice(0, 8)}`;
});
afterEach(() => context.close());

/** A tab of Ann's with a client; `seen` are the events it was given. */
async function tab(options = {}) {
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  // a page of the same origin that runs nothing by itself
  await page.goto(`${ADDRESS}/demo/mark.svg`);
  await page.evaluate(
    async ([name, { isCached, transports }]) => {
      const { connect, indexedDbCache } = await import('/client/index.js');
      const { users } = await (await fetch('/demo/session')).json();
      const { user, token } = users[0];
      const cache = isCached ? indexedDbCache(user) : undefined;
      const onFault = (fault) => globalThis.faults.push(String(fault));
      Object.assign(globalThis, { seen: [], faults: [], client: connect({ token, cache, transports, onFault }) });
      globalThis.follower = globalThis.client.follow(name, {
        onEvents: (events, { via }) => globalThis.seen.push(...events.map(({ seq, data }) => [seq, data.text, via])),
      });
    },
    [channel, options],
  );
  const isLive = () => page.waitForFunction(() => ['live', 'degraded'].includes(globalThis.follower.state.phase));
  return {
    page,
    isLive,
    send: (text) => page.evaluate(([name, said]) => void globalThis.client.send(name, 'message.posted', { text: said }), [channel, text]),
    has: (count) => page.waitForFunction((n) => globalThis.seen.length >= n, count),
    seen: () => page.evaluate(() => globalThis.seen),
    faults: () => page.evaluate(() => globalThis.faults),
    flush: () => page.evaluate(() => globalThis.client.flush()),
    transport: () => page.evaluate(() => globalThis.client.state.transport),
  };
}

const contiguous = (seen) => assert.deepEqual(seen.map(([seq]) => seq), seen.map((_, i) => i + 1));

for (const transport of ['ws', 'sse', 'poll']) {
  test(`over ${transport}, every event comes once, in order`, async () => {
    const [reader, writer] = [await tab({ transports: [transport] }), await tab()];
    await reader.isLive();
    assert.equal(await reader.transport(), transport);
    for (let i = 0; i < 10; i++) {
      await writer.send(`m${i} \u2028 😀`);
    }
    await reader.has(10);
    const seen = await reader.seen();
    contiguous(seen);
    assert.deepEqual(seen.map(([, text]) => text), Array.from({ length: 10 }, (_, i) => `m${i} \u2028 😀`));
  });
}

test('two tabs of one user share a cache, and a third shows what they held', async () => {
  const tabs = [await tab({ isCached: true }), await tab({ isCached: true })];
  await Promise.all(tabs.map((one) => one.isLive()));
  for (let i = 0; i < 20; i++) {
    await tabs[i & 1].send(`m${i}`);
    if (i % 5 === 4) {
      await Promise.all(tabs.map((one) => one.flush()));
    }
  }
  await Promise.all(tabs.map((one) => one.has(20)));
  await Promise.all(tabs.map((one) => one.flush()));
  assert.deepEqual(await Promise.all(tabs.map((one) => one.faults())), [[], []]);
  const third = await tab({ isCached: true });
  await third.has(20);
  const seen = await third.seen();
  contiguous(seen);
  assert.ok(seen.every(([, , via]) => via === 'cache'));
  await third.isLive();
  await tabs[0].send('after');
  await third.has(21);
  contiguous(await third.seen());
});

test('what was written without a network is sent by the next tab, in order', async () => {
  const first = await tab({ isCached: true });
  await first.isLive();
  await context.setOffline(true);
  for (const text of ['a', 'b', 'c']) {
    await first.send(text);
  }
  await first.flush();
  await first.page.close();
  await context.setOffline(false);
  const second = await tab({ isCached: true });
  await second.send('d');
  await second.has(4);
  const seen = await second.seen();
  contiguous(seen);
  assert.deepEqual(seen.map(([, text]) => text), ['a', 'b', 'c', 'd']);
});
