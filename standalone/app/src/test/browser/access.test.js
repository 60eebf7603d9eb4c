import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, afterEach, before, test } from 'node:test';
import { launch, openDemo } from './support/demo.js';

let browser;
let demo;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());
afterEach(() => demo.close());

test('everything can be done with the keyboard alone', async () => {
  demo = await openDemo(browser);
  const { left, right, page } = demo;
  const mark = randomUUID().slice(0, 8);
  const type = async (key, text) => {
    await page.keyboard.press(key);
    await page.keyboard.type(text);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
  };
  await type('1', `${mark} 1 2 3 4 in a field are text`);
  await right.shows(`${mark} 1 2 3 4 in a field`);
  await page.keyboard.press('4');
  await right.isReconnecting();
  await type('1', `${mark} missed`);
  await left.shows(`${mark} missed`);
  await page.keyboard.press('4');
  await right.shows(`${mark} missed`);
  await type('2', `${mark} I am back`);
  await left.shows(`${mark} I am back`);
  await page.keyboard.press('5');
  await page.locator('.left .auto[aria-pressed="true"]').waitFor();
  await page.keyboard.press('5');
  await page.locator('.left .auto[aria-pressed="false"]').waitFor();
  await demo.verdictIs('same');
});

test('Tab reaches every control in reading order, and shows where it is', async () => {
  demo = await openDemo(browser);
  const { page } = demo;
  const reached = [];
  for (let i = 0; i < 10; i++) {
    await page.keyboard.press('Tab');
    reached.push(
      await page.evaluate(() => {
        const element = document.activeElement;
        const { outlineStyle, outlineWidth } = getComputedStyle(element);
        const pane = element.closest('.pane').classList.contains('left') ? 'left' : 'right';
        const name = element.className || element.getAttribute('name') || element.textContent.trim();
        return { where: `${pane} ${name}`, visible: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 };
      }),
    );
  }
  const controls = ['cut', 'auto', 'scroller', 'text', 'Send'];
  assert.deepEqual(
    reached.map(({ where }) => where),
    ['left', 'right'].flatMap((pane) => controls.map((control) => `${pane} ${control}`)),
  );
  assert.ok(reached.every(({ visible }) => visible));
});

test('controls have names, and changes of state are said in words', async () => {
  demo = await openDemo(browser);
  const { page, right } = demo;
  await page.getByRole('region', { name: 'Bob', exact: true }).waitFor();
  await page.getByRole('textbox', { name: 'Write as Bob' }).waitFor();
  await page.getByRole('log', { name: 'What Bob sees' }).waitFor({ state: 'attached' });
  const cut = page.getByRole('button', { name: 'Cut connection' }).last();
  assert.equal(await cut.getAttribute('aria-pressed'), 'false');
  await right.cut.click();
  await page.locator('#announcer', { hasText: 'Bob: Reconnecting' }).waitFor({ state: 'attached' });
  await demo.left.write('said while Bob was away');
  await page.locator('#announcer', { hasText: 'Ann: said while Bob was away' }).waitFor({ state: 'attached' });
  await right.cut.click();
  await page.locator('#announcer', { hasText: 'Bob caught up 1 event' }).waitFor({ state: 'attached' });
});

for (const colorScheme of ['light', 'dark']) {
  test(`${colorScheme}: every text stands out from its ground`, async () => {
    demo = await openDemo(browser, { colorScheme });
    const { left, right, page } = demo;
    await left.write('A line that both see.');
    await right.shows('A line that both see.');
    await right.cut.click();
    await left.write('A line that Bob has missed.');
    await demo.verdictIs('behind');
    await demo.screenshot(`${colorScheme}-cut`);
    await right.cut.click();
    await demo.verdictIs('same');
    await right.shows('A line that Bob has missed.');
    await demo.screenshot(colorScheme);
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const [red] = ground.match(/\d+/g).map(Number);
    assert.equal(red > 128, colorScheme === 'light');
    assert.deepEqual(await page.evaluate(tooFaint), []);
  });
}

/** Runs in the page: texts whose contrast is below 4.5 (WCAG 2.2, 1.4.3), as "text: ratio". */
function tooFaint() {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const groundOf = (element) => {
    for (let e = element; e !== null; e = e.parentElement) {
      const color = rgba(getComputedStyle(e).backgroundColor);
      if (color[3] === 255) {
        return color;
      }
    }
    return [255, 255, 255, 255];
  };
  const faint = [];
  for (const element of document.querySelectorAll('body *:not(script, template, .unseen)')) {
    const own = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== '');
    if (own && element.checkVisibility()) {
      const [one, other] = [light(rgba(getComputedStyle(element).color)), light(groundOf(element))];
      const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
      if (ratio < 4.5) {
        faint.push(`${element.textContent.trim()}: ${ratio.toFixed(2)}`);
      }
    }
  }
  return faint;
}

test('who asks for less motion gets none', async () => {
  demo = await openDemo(browser, { reducedMotion: 'reduce' });
  const { left, right, page } = demo;
  await page.evaluate(() => {
    globalThis.moved = 0;
    document.addEventListener('animationstart', () => (globalThis.moved += 1));
  });
  await right.cut.click();
  await left.write('missed, without motion');
  await left.shows('missed, without motion');
  await right.cut.click();
  await right.shows('missed, without motion');
  await demo.verdictIs('same');
  assert.equal(await page.evaluate(() => globalThis.moved), 0);
});

test('on a phone both sides fit, and a finger finds the buttons', async () => {
  demo = await openDemo(browser, {
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    isMobile: true,
    hasTouch: true,
  });
  const { left, right, page } = demo;
  await left.input.tap();
  await left.write('From a phone, with a line that is longer than the screen is wide, so that it has to wrap.');
  await right.shows('From a phone');
  await right.cut.tap();
  await left.write('And one that Bob misses.');
  await left.shows('And one that Bob misses.');
  const controls = [left, right].flatMap((pane) => [pane.input, pane.cut, pane.auto, pane.send]);
  const fits = async (when) => {
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(over <= 0, `${when}: nothing runs over the edge`);
    for (const control of controls) {
      const { x, y, width, height } = await control.boundingBox();
      assert.ok(x >= 0 && x + width <= 390 && y >= 0 && y + height <= 844, `${when}: in view`);
      assert.ok(height >= 40, `${when}: large enough for a finger`);
    }
  };
  await demo.verdictIs('behind');
  await fits('cut');
  await demo.screenshot('phone-cut');
  await right.cut.tap();
  await right.shows('And one that Bob misses.');
  await demo.verdictIs('same');
  await fits('live');
  await demo.screenshot('phone');
});
