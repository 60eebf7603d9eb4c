import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';

export const ADDRESS = process.env.TAILRACE_URL ?? 'http://localhost:8080';
const SCREENSHOTS = process.env.TAILRACE_SCREENSHOTS ?? new URL('../../../../target/screenshots', import.meta.url).pathname;


/** How long a test waits for what is to come: a machine that is busy with other things may take long. */
export const PATIENCE_MS = 180_000;

const LAUNCH = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};

/** One Chromium for a file of tests. */
export const launch = () => chromium.launch(LAUNCH);

/**
 * The demo page in a context of its own, once both panes are live.
 * @param {import('playwright-core').Browser} browser
 * @param {import('playwright-core').BrowserContextOptions} [options]
 */
export async function openDemo(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const demo = new Demo(page);
  await page.goto(ADDRESS);
  await demo.left.isLive();
  await demo.right.isLive();
  await demo.verdictIs('same');
  return demo;
}

class Demo {
  /** What the page complained of: script errors, refused resources. */
  complaints = [];

  constructor(page) {
    this.page = page;
    this.left = new PaneOnPage(page, '.pane.left');
    this.right = new PaneOnPage(page, '.pane.right');
    page.on('pageerror', (error) => this.complaints.push(error.stack));
    page.on('console', (message) => message.type() === 'error' && this.complaints.push(message.text()));
  }

  verdictIs(verdict) {
    return this.page.locator(`#verdict[data-verdict="${verdict}"]`).waitFor();
  }

  verdictSays(words) {
    return this.page.locator('#verdict-words', { hasText: words }).waitFor();
  }

  proof() {
    return this.page.locator('.proof').textContent();
  }

  async screenshot(name) {
    mkdirSync(SCREENSHOTS, { recursive: true });
    // a dot that breathes never ends
    await this.page.waitForFunction(() =>
      document
        .getAnimations()
        .every(({ playState, effect }) => playState !== 'running' || effect.getTiming().iterations === Infinity),
    );
    await this.page.screenshot({ path: `${SCREENSHOTS}/${name}.png` });
  }

  async close() {
    await this.page.context().close();
  }
}

class PaneOnPage {
  constructor(page, selector) {
    this.page = page;
    this.selector = selector;
    this.root = page.locator(selector);
    this.input = this.root.locator('input');
    this.cut = this.root.locator('.cut');
    this.auto = this.root.locator('.auto');
    this.send = this.root.locator('button[type="submit"]');
    this.words = this.root.locator('.words');
  }

  isLive() {
    return this.page.locator(`${this.selector}[data-phase="live"]`).waitFor();
  }

  /** Cut off: on the way back, or showing what it holds. */
  isReconnecting() {
    return this.page.locator(`${this.selector}[data-away]`).waitFor();
  }

  async write(text) {
    await this.input.fill(text);
    await this.input.press('Enter');
  }

  /** Waits until the text is on the screen. */
  shows(text) {
    return this.root.locator('.event', { hasText: text }).last().waitFor({ state: 'attached' });
  }

  /** The rows with their seq, author, text, figure and classes, from the first whose text contains `from` on. */
  async rows(from) {
    const rows = await this.root.locator('.event').evaluateAll((all) =>
      all.map((row) => ({
        seq: Number(row.dataset.seq),
        author: row.querySelector('.author').textContent,
        text: row.querySelector('.text').textContent,
        ms: row.querySelector('.ms').textContent,
        caughtUp: row.classList.contains('caught-up'),
        live: !row.classList.contains('caught-up') && !row.classList.contains('history'),
      })),
    );
    return rows.slice(rows.findIndex(({ text }) => text.includes(from)));
  }

  /** The heading of the last group of missed events. */
  caughtUp() {
    return this.root.locator('.group.caught-up').last().innerText();
  }

  async facts() {
    const text = (selector) => this.root.locator(selector).textContent();
    return { seq: await text('.facts .seq'), chain: await text('.facts .chain') };
  }
}
