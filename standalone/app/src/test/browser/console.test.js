import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { ADDRESS, PATIENCE_MS, launch } from './support/demo.js';

const ADMIN = process.env.TAILRACE_ADMIN_TOKEN;
const OTHER_ADMIN = process.env.TAILRACE_OTHER_ADMIN_TOKEN;
const SCREENSHOTS = process.env.TAILRACE_SCREENSHOTS ?? new URL('../../../target/screenshots', import.meta.url).pathname;
const LONG = { timeout: PATIENCE_MS };
const PACE_MS = 200;

let browser;
let context;
let page;
let complaints;
let user;

before(async () => {
  browser = await launch();
  const { users } = await (await fetch(`${ADDRESS}/demo/session`)).json();
  user = users[0].token;
});
after(() => browser?.close());

async function newPage(options) {
  context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(LONG.timeout);
  page = await context.newPage();
  complaints = [];
  page.on('pageerror', (error) => complaints.push(error.stack));
}
beforeEach(() => newPage());
afterEach(async () => {
  await context.close();
  assert.deepEqual(complaints, [], 'the page complained of nothing');
});

async function publish(channel, text) {
  const response = await fetch(`${ADDRESS}/v1/channels/${channel}/events`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${user}`, 'Content-Type': 'application/json', 'Idempotency-Key': randomUUID() },
    body: JSON.stringify({ type: 'message.posted', data: { text } }),
  });
  assert.ok(response.ok, `published: ${response.status}`);
  return response.json();
}

/**
 * Writes until told to stop, far below what a user may: what the page shows of it may come as late as it likes.
 */
function writing(channel) {
  let isOn = true;
  const done = (async () => {
    for (let i = 0; isOn; i++) {
      await publish(channel, `line ${i}`);
      await new Promise((next) => setTimeout(next, PACE_MS));
    }
  })();
  return () => {
    isOn = false;
    return done;
  };
}

async function enter(token) {
  await page.goto(`${ADDRESS}/console`);
  await page.locator('#token').fill(token);
  await page.locator('#enter button').click();
}

const figureOf = (hop) => `.hop[data-hop="${hop}"] .passes .figure`;

/** Waits until something passes the hop. */
const moves = (hop) =>
  page.waitForFunction((of) => Number(document.querySelector(of).textContent.replaceAll(',', '')) > 0, figureOf(hop), LONG);

/** Looks an event up again and again: it may be on its way yet. */
async function lookUp(asked, until) {
  await page.locator('#of').fill(asked);
  for (let isThere = false; !isThere; ) {
    await page.locator('#trace button').click();
    await page.waitForFunction(() => document.getElementById('trace-words').textContent !== 'Reading the topics…', undefined, LONG);
    isThere = (await page.locator('#traces').textContent()).includes(until);
  }
}

async function screenshot(name) {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: `${SCREENSHOTS}/console-${name}.png`, fullPage: true });
}

test('rates move at every hop while events are published', LONG, async () => {
  const channel = `chat:console-${randomUUID().slice(0, 8)}`;
  await enter(ADMIN);
  await page.locator('#console').waitFor();
  const reader = await context.newPage();
  await reader.goto(ADDRESS);
  await reader.locator('.pane.left[data-phase="live"]').waitFor(LONG);
  await page.bringToFront();
  const stop = writing(channel);
  for (const hop of ['write', 'outbox', 'relay', 'Kafka', 'sequencer', 'gateway', 'catch-up']) {
    await moves(hop);
  }
  await page.locator('#channels tr', { hasText: channel }).waitFor(LONG);
  await page.locator('#channels tr', { hasText: 'chat:lobby' }).waitFor(LONG);
  await page.waitForFunction(() => document.querySelectorAll('#connections tr').length >= 2, undefined, LONG);
  await stop();
  const connections = await page.locator('#connections').textContent();
  assert.doesNotMatch(connections, /\b(ann|bob)\b/, 'users are redacted');
  assert.equal(await page.locator('.contract').count(), 4);
  assert.ok(!page.url().includes('#'));
});

test('an event is found by its id and by its trace, with its hops', LONG, async () => {
  const written = await publish('chat:traced', 'where am I?');
  await enter(ADMIN);
  await page.locator('#console').waitFor();
  for (const asked of [written.id, written.traceId]) {
    await lookUp(asked, 'the stores have it');
    const steps = await page.locator('.step b').allTextContents();
    assert.deepEqual(steps, ['commit', 'relay', 'sequencer', 'gateway', 'store']);
    const trace = await page.locator('.trace').textContent();
    assert.ok(trace.includes('chat:traced') && trace.includes(written.id), trace);
    assert.match(trace, /epoch 1, seq \d+/);
  }
});

test('another tenant sees neither channels, nor connections, nor the trace', LONG, async () => {
  const written = await publish('chat:private', 'for us alone');
  const reader = await context.newPage();
  await reader.goto(ADDRESS);
  await reader.locator('.pane.left[data-phase="live"]').waitFor(LONG);
  await page.bringToFront();
  await enter(OTHER_ADMIN);
  await page.locator('#console').waitFor();
  await page.locator('#tenant', { hasText: 'acme' }).waitFor();
  await page.getByText('Nobody of this tenant is connected here.').waitFor();
  assert.doesNotMatch(await page.locator('#channels').textContent(), /chat:/);
  await page.locator('#of').fill(written.id);
  await page.locator('#trace button').click();
  await page.locator('#trace-words', { hasText: 'Not found' }).waitFor();
});

test('a token without the role is refused, and says so', LONG, async () => {
  await enter(user);
  await page.locator('#failure', { hasText: '403' }).waitFor();
  assert.match(await page.locator('#failure').textContent(), /administrators/);
  assert.ok(await page.locator('#console').isHidden());
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  for (const path of ['state', 'contracts', `trace?of=${randomUUID()}`]) {
    const refused = await fetch(`${ADDRESS}/console/api/${path}`, { headers: { Authorization: `Bearer ${user}` } });
    assert.equal(refused.status, 403, path);
    assert.equal((await refused.json()).code, 'forbidden');
    assert.equal((await fetch(`${ADDRESS}/console/api/${path}`)).status, 401, path);
  }
});

test('a token in the fragment is taken and leaves the address', LONG, async () => {
  await page.goto(`${ADDRESS}/console#token=${ADMIN}`);
  await page.locator('#console').waitFor();
  assert.equal(page.url(), `${ADDRESS}/console`);
  await page.reload();
  await page.locator('#console').waitFor();
  await page.locator('#leave').click();
  await page.locator('#enter').waitFor();
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
});

for (const [name, options] of [
  ['light', { colorScheme: 'light' }],
  ['dark', { colorScheme: 'dark' }],
  ['narrow', { colorScheme: 'light', viewport: { width: 400, height: 800 } }],
  ['narrow-dark', { colorScheme: 'dark', viewport: { width: 400, height: 800 } }],
]) {
  test(`it fits: ${name}`, LONG, async () => {
    await context.close();
    await newPage(options);
    const written = await publish('chat:seen', 'on a screen');
    await page.goto(`${ADDRESS}/console`);
    await screenshot(`${name}-token`);
    await page.locator('#token').fill(ADMIN);
    await page.locator('#enter button').click();
    await page.locator('#console').waitFor();
    const stop = writing('chat:seen');
    await moves('gateway');
    await lookUp(written.id, 'chat:seen');
    await page.locator('.contract summary').first().click();
    await screenshot(name);
    await stop();
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out');
  });
}
