/** The report about histories out of files, in a real Chromium. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkHistory, type History, readHistories } from '../../checker/index.ts';
import { reportedOperations, reportHistory } from '../../cli/shown-history.ts';
import type { HistoryHead } from '../../reports/history-document.ts';
import { renderHistories } from '../../reports/history-page.ts';
import { findChromium, ReportBrowser } from './browser.ts';
import { buildViewer } from './build.ts';

const isCi = process.env.CI !== undefined && process.env.CI !== '';

const LARGE = 100_000;
/** Milliseconds, on a slow machine with another test beside. */
const LOAD_BUDGET = 4000;

const [stale] = readHistories(
  readFileSync(new URL('../../docs/examples/stale-read.ndjson', import.meta.url), 'utf8'),
);

/** Writes and reads in turn, of a few processes; the last read is stale where it `isStale`. */
function history(count: number, processes: number, isStale: boolean): History {
  const operations = Array.from({ length: count }, (_, place) => {
    const times = { process: place % processes, call: place * 10, return: place * 10 + 15 };
    if (place % 2 === 0) return { ...times, f: 'write', value: place };
    const seen = isStale && place >= count - 2 ? 0 : place - 1;
    return { ...times, f: 'read', output: seen };
  });
  return { model: 'register', initial: null, operations };
}

/** A read of a long list, which lacks an element. */
const LISTS: History = {
  model: 'list',
  initial: null,
  operations: [
    ...Array.from({ length: 60 }, (_, place) => {
      return { process: 0, f: 'append', value: place, call: place * 10, return: place * 10 + 5 };
    }),
    {
      process: 1,
      f: 'read',
      output: Array.from({ length: 59 }, (_, at) => at),
      call: 600,
      return: 610,
    },
    { process: 1, f: 'read', output: [0], call: 620, return: 630 },
  ],
};

/** One page about all of them. */
function pageOf(histories: readonly (readonly [string, History])[]): string {
  const judged = histories.map(([name, each], block) => {
    const result = checkHistory(each, { evidence: true });
    const { verdict, counterexample } = result;
    const why = counterexample === undefined ? {} : { sentence: counterexample.sentence };
    const operations = each.operations.length;
    const head: HistoryHead = { name, verdict, model: each.model, operations, block, ...why };
    return { head, report: reportHistory(reportedOperations(each, 'linearizable'), each, result) };
  });
  const heads = judged.map(({ head }) => head);
  return renderHistories(
    [...heads, { name: '<b>gone</b>', verdict: 'not-read', sentence: 'no such file' }],
    judged.map(({ report }) => report),
  );
}

describe.skipIf(findChromium() === undefined && !isCi)('the page of a history', () => {
  let browser: ReportBrowser;
  let several: string;

  beforeAll(async () => {
    buildViewer();
    browser = await ReportBrowser.start();
    if (stale === undefined) throw new Error('the example holds a history');
    const html = pageOf([
      ['stale.ndjson', stale],
      ['fine.ndjson', history(40, 4, false)],
      ['empty.ndjson', history(0, 1, false)],
      ['one.ndjson', history(1, 1, false)],
    ]);
    several = browser.write('several.html', html);
  });
  afterAll(() => browser?.close());

  const cursorOf = (page: Page): string => /[?&]t=(-?\d+)/.exec(page.url())?.[1] ?? '';

  it('asks for nothing but itself and logs no error, whatever it is about', async () => {
    for (const hash of ['#/', '#/h/0', '#/h/1', '#/h/2', '#/h/3', '#/h/9', '#/help']) {
      for (const scheme of ['light', 'dark'] as const) {
        await browser.open(several + hash, { scheme, width: hash === '#/h/0' ? 400 : 1280 });
        expect(browser.problems, hash).toEqual([]);
        expect(browser.requests, hash).toEqual([several]);
      }
    }
  });

  it('is reached from a list that says which file fails, and why', async () => {
    const page = await browser.open(several);
    const row = page.getByRole('row', { name: 'stale.ndjson' });
    expect(await row.textContent()).toContain('FAIL');
    expect(await row.textContent()).toContain('c2 get x = 3 at 812, but put x = 4 by c0');
    expect(await page.getByRole('row', { name: '<b>gone</b>' }).textContent()).toContain(
      'NOT READ',
    );
    await page.getByRole('link', { name: 'stale.ndjson' }).click();
    await page.getByRole('heading', { name: 'FAIL stale.ndjson' }).waitFor();
  });

  it('tells the counterexample step by step, with states and what cannot be', async () => {
    const page = await browser.open(`${several}#/h/0`);
    const pane = page.locator('section[aria-labelledby="counterexample-heading"]');
    expect(await pane.locator('.evidence tbody tr').allTextContents()).toEqual([
      '1c0put x = 3100 – 1803',
      '2c0put x = 4520 – 6404',
      '✕c2get x = 3790 – 812impossible: cannot come next',
    ]);
    expect(await pane.locator('tr.fail').textContent()).toContain('get x = 3');
    expect(await page.locator('canvas[role="img"]').count()).toBe(2);
  });

  it('lets every column be seen on a narrow screen, by keyboard too', async () => {
    const width = 400;
    const list = browser.write('list.html', pageOf([['list.ndjson', LISTS]]));
    for (const url of [several, list]) {
      const page = await browser.open(`${url}#/h/0`, { width });
      expect(await page.locator('html').evaluate((element) => element.scrollWidth)).toBe(width);
      const last = page.locator('.evidence tr.fail td').last();
      await last.scrollIntoViewIfNeeded();
      const box = await last.boundingBox();
      expect(box?.width).toBeGreaterThan(0);
      expect((box?.x ?? width) + (box?.width ?? 0)).toBeLessThan(width);
      const steps = page.locator('.evidence .scroll-x');
      const isWide = await steps.evaluate((each) => each.scrollWidth > each.clientWidth);
      await expect.poll(() => steps.getAttribute('tabindex')).toBe(isWide ? '0' : null);
    }
  });

  it('opens at the failing operation where no small counterexample was found', async () => {
    const many = history(1_000, 4, true);
    const all = Array.from(many.operations.keys());
    const { counterexample } = checkHistory(many, { evidence: true });
    if (counterexample === undefined) throw new Error('it fails');
    const cut = { ...counterexample, minimal: false, operations: all };
    const result = { verdict: 'not-linearizable', steps: 1, peakBytes: 1 } as const;
    const known = reportedOperations(many, 'linearizable');
    const report = reportHistory(known, many, { ...result, counterexample: cut });
    const sentence = '1,000 operations together fail';
    const head = { name: 'cut.ndjson', verdict: result.verdict, sentence, block: 0 };
    const page = await browser.open(browser.write('cut.html', renderHistories([head], [report])));
    const end = String(many.operations[counterexample.failing]?.return);
    await expect.poll(() => cursorOf(page)).toBe(end);
    await page.keyboard.press('Home');
    await expect.poll(() => cursorOf(page)).toBe('0');
    await page.getByRole('button', { name: 'First error' }).click();
    await expect.poll(() => cursorOf(page)).toBe(end);
    expect(await page.getByText(sentence).count()).toBe(1);
    expect(await page.getByRole('heading', { name: 'Counterexample' }).count()).toBe(0);
    expect(browser.problems).toEqual([]);
  });

  it('goes to the first error by key and by button, and from operation to operation', async () => {
    const page = await browser.open(`${several}#/h/0`);
    await expect.poll(() => cursorOf(page)).toBe('812');
    await page.keyboard.press('Home');
    await expect.poll(() => cursorOf(page)).toBe('100');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => cursorOf(page)).toBe('520');
    await page.keyboard.press('f');
    await expect.poll(() => cursorOf(page)).toBe('812');
    await page.keyboard.press('Home');
    await expect.poll(() => cursorOf(page)).toBe('100');
    await page.getByRole('button', { name: 'First error' }).click();
    await expect.poll(() => cursorOf(page)).toBe('812');
    expect(browser.problems).toEqual([]);
  });

  it('numbers the order that explains a history which passes, with its states', async () => {
    const page = await browser.open(`${several}#/h/1`);
    await page.getByRole('heading', { name: 'An order that explains every answer' }).waitFor();
    const steps = page.locator('.evidence tbody tr');
    expect(await steps.count()).toBe(40);
    expect(await steps.nth(2).textContent()).toBe('3c2write = 220 – 352');
    expect(await page.getByRole('button', { name: 'First error' }).count()).toBe(0);
  });

  it('leads back to what was shown by its address', async () => {
    const page = await browser.open(`${several}#/h/1?t=25&op=2&from=5&to=105`);
    await expect.poll(() => page.locator('.toolbar [role="status"]').textContent()).toBe('5 – 105');
    expect(page.url()).toContain('#/h/1?t=25&op=2&from=5&to=105');
  });

  it('says something without scripts, with names as text', async () => {
    const page = await browser.open(several, { scripts: false });
    const text = await page.locator('main').textContent();
    expect(text).toContain('stale.ndjsonnot linearizablekv · 5 operations');
    expect(text).toContain('<b>gone</b>');
    expect(await page.locator('main b').count()).toBe(0);
  });

  it.each([
    ['legal', false, 50],
    ['with a stale read at its end, of 200 processes', true, 200],
  ])('opens within its budget: %s', async (_title, isStale, processes) => {
    const html = pageOf([['large.ndjson', history(LARGE, processes, isStale)]]);
    const url = browser.write('large.html', html);
    const startedAt = performance.now();
    const page = await browser.open(`${url}#/h/0`);
    const tookMs = performance.now() - startedAt;
    expect(await page.locator('h1').textContent()).toBe(
      `${isStale ? 'FAIL' : 'PASS'} large.ndjson`,
    );
    const listed = await page.locator('details tbody tr').allTextContents();
    expect(listed.length).toBeLessThan(300);
    // Of what passes the beginning, which the page is opened at; else what leads to the failure.
    expect(listed.at(isStale ? -1 : 199)).toMatch(isStale ? /^9999\dc/ : /^199c/);
    for (const key of ['0', '+', '+', 'Shift+ArrowRight', 'End']) await page.keyboard.press(key);
    expect(browser.problems).toEqual([]);
    expect(tookMs).toBeLessThan(LOAD_BUDGET);
  });
});
