/** The page of a comparison, in a real Chromium. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderReport } from '../../reports/html.ts';
import { findChromium, ReportBrowser } from './browser.ts';
import { buildViewer } from './build.ts';
import { fixtureComparison } from './fixture-comparison.ts';

/** Milliseconds for the viewer's build, a browser and eight runs, on a machine that is busy. */
const START_LIMIT = 60_000;

const isCi = process.env.CI !== undefined && process.env.CI !== '';

describe.skipIf(findChromium() === undefined && !isCi)('the page of a comparison', () => {
  let browser: ReportBrowser;
  let address: string;

  beforeAll(async () => {
    buildViewer();
    browser = await ReportBrowser.start();
    address = browser.write('compare.html', renderReport(fixtureComparison().report));
  }, START_LIMIT);
  afterAll(() => browser?.close());

  it('is what the file opens on, without an error or a request', async () => {
    for (const hash of ['', '#/', '#/compare', '#/r/0', '#/r/1']) {
      for (const scheme of ['light', 'dark'] as const) {
        await browser.open(address + hash, { scheme });
        expect(browser.problems, hash).toEqual([]);
        expect(browser.requests.map((each) => each.replace(/#.*/, ''))).toEqual([address]);
      }
    }
    const page = await browser.open(address);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('vr · mp');
  });

  it('has a table of the measures, with how each stands against the first', async () => {
    const page = await browser.open(`${address}#/compare`);
    const row = page.getByRole('row', { name: /^longest outage/ });
    expect(await row.locator('td').nth(0).textContent()).toBe('1.50 s');
    expect(await row.locator('td').nth(1).textContent()).toMatch(/4 better, 0 worse, −1\.\d\d s$/);
  });

  it('marks what is no merit, and says below the table why', async () => {
    const page = await browser.open(`${address}#/compare`);
    const row = page.getByRole('row', { name: /^leader changes/ });
    expect(await row.locator('td').allTextContents()).toEqual(['0 *', '1+1 *']);
    const note = page.locator('.pane .note');
    expect(await note.textContent()).toMatch(/^\* vr has done 1\d\d operations a run on average/);
  });

  it('draws each measure for all contenders, with a dot a seed and a median', async () => {
    const page = await browser.open(`${address}#/compare`);
    const figure = page.locator('figure.metric').filter({ hasText: 'operations done' });
    expect(await figure.locator('path.median').count()).toBe(2);
    const dots = await figure.locator('path.dots').first().getAttribute('d');
    expect(dots?.match(/M/g)).toHaveLength(4);
    const [vr, mp] = await figure.locator('path.median').all();
    const left = (await vr?.boundingBox())?.x ?? 0;
    // More was done by the second: its median stands further to the right.
    expect((await mp?.boundingBox())?.x).toBeGreaterThan(left + 50);
  });

  it('shows one seed in full: answers, outages, faults and leaders on one axis', async () => {
    const page = await browser.open(`${address}#/compare`);
    const [vr, mp] = await page.locator('.availability .contender').all();
    expect(await vr?.locator('h4').textContent()).toMatch(
      /^vr open the run \d+ answers · 1 outage/,
    );
    expect(await vr?.locator('rect.outage').count()).toBe(1);
    expect(await mp?.locator('rect.outage').count()).toBeGreaterThan(0);
    const [one, other] = await page.locator('rect.fault-band').all();
    expect(await one?.boundingBox()).toMatchObject({
      x: (await other?.boundingBox())?.x,
      width: (await other?.boundingBox())?.width,
    });
  });

  it('leads to the runs that it shows, and back', async () => {
    const page = await browser.open(`${address}#/compare`);
    await page.locator('.contender').nth(1).getByRole('link', { name: 'open the run' }).click();
    await page.getByRole('heading', { name: /^PASSED mp\/quorum-loss@/ }).waitFor();
    await page.getByRole('link', { name: 'Comparison' }).click();
    await page.getByRole('heading', { name: 'vr · mp' }).waitFor();
    expect(browser.problems).toEqual([]);
  });

  it('fits narrow screens: only wide tables are scrolled, and those by keyboard too', async () => {
    const page = await browser.open(`${address}#/compare`, { width: 380 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(380);
    const table = page.getByRole('region', { name: 'Measures of quorum-loss' });
    expect(await table.getAttribute('tabindex')).toBe('0');
    const wide = await browser.open(`${address}#/compare`, { width: 1_280 });
    expect(await wide.locator('.scroll-x[tabindex]').count()).toBe(0);
  });

  it('lists failing runs first, with the command that brings each back', async () => {
    const { report, result } = fixtureComparison();
    const failure = {
      oracle: 'invariants',
      invariant: 'logs-agree',
      signature: 'I-1',
      message: '<b>two logs differ</b>',
      at: 1,
    };
    const place = { name: 'quorum-loss', index: 0, seed: '0x1', contender: 'mp' };
    const failed = { ...result, failures: [{ ...place, failure, savedAs: 'compared/x.json' }] };
    const comparison = { ...report.comparison!, result: failed };
    const html = renderReport({ ...report, comparison });
    const page = await browser.open(browser.write('failed.html', html));
    const card = page.locator('article.card');
    expect(await card.textContent()).toContain('<b>two logs differ</b>');
    expect(await card.textContent()).toContain('quorumlab replay quorumlab-out/compared/x.json');
  });

  it('that is not in the file is said to be missing', async () => {
    const { report } = fixtureComparison();
    const url = browser.write('runs.html', renderReport({ runs: report.runs }));
    const page = await browser.open(`${url}#/compare`);
    await page.getByText('no comparison').waitFor();
  });
});
