/** The explanation of a failure in the report, in a real Chromium. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderReport } from '../../reports/html.ts';
import type { CampaignResult } from '../../scenarios/campaign-types.ts';
import type { Explanation } from '../../scenarios/explain/explanation.ts';
import { findChromium, ReportBrowser } from './browser.ts';
import { buildViewer } from './build.ts';
import { fixtureCampaign } from './fixture-campaign.ts';
import { fixtureExplanation } from './fixture-explanation.ts';
import { fixtureRun } from './fixture-run.ts';

const isCi = process.env.CI !== undefined && process.env.CI !== '';
const SENTENCE = 'It hinges on event 412 at 350.200 ms: n0 receives PrepareOk from n1';

function explainedCampaign(explanation: Explanation): CampaignResult {
  const campaign = fixtureCampaign();
  const [first, ...others] = campaign.groups;
  if (first === undefined) throw new Error('the fixture has groups');
  return { ...campaign, groups: [{ ...first, explanation }, ...others] };
}

describe.skipIf(findChromium() === undefined && !isCi)('an explanation in the report', () => {
  let browser: ReportBrowser;
  let campaign: string;

  beforeAll(async () => {
    buildViewer();
    browser = await ReportBrowser.start();
    const html = renderReport({ campaign: explainedCampaign(fixtureExplanation()), runs: [] });
    campaign = browser.write('explained.html', html);
  });
  afterAll(() => browser?.close());

  it('stands on the page of its group: in words, as a plot, as numbers', async () => {
    const page = await browser.open(`${campaign}#/f/L-7f3a`);
    const pane = page.locator('section.explanation');
    expect(await pane.textContent()).toContain(SENTENCE);
    expect(await pane.textContent()).toContain('without it 0 of 32 runs (0–11 %)');
    expect(await pane.locator('text.jump').textContent()).toBe('▼ event 412, 350 ms');
    expect(await pane.locator('path.jump').count()).toBe(2);
    const plot = await pane.locator('.chance-plot').boundingBox();
    const line = await pane.locator('path.chance').boundingBox();
    expect(line?.width).toBeGreaterThan((plot?.width ?? 0) * 0.9);
    await pane.locator('summary').click();
    expect(await pane.locator('tbody tr').count()).toBe(67);
    expect(await pane.locator('tbody tr').first().textContent()).toBe(
      '00.000 ms1 of 12 runs (1–36 %)',
    );
    expect(browser.problems).toEqual([]);
  });

  it('is not on the page of a group that has none', async () => {
    const page = await browser.open(`${campaign}#/f/I-19c2`);
    expect(await page.locator('section.explanation').count()).toBe(0);
  });

  it('shares window and cursor with the pictures of its run', async () => {
    const page = await browser.open(`${campaign}#/r/0`);
    const current = () => page.locator('tr[aria-current]').getAttribute('data-record');
    expect(await page.locator('text.jump').textContent()).toBe('◀ event 412, 350 ms');
    await page.getByRole('button', { name: 'Show event 412' }).click();
    await expect.poll(current).toBe('411');
    await page.keyboard.press('0');
    await expect.poll(() => page.locator('text.jump').textContent()).toBe('▼ event 412, 350 ms');
    const plot = page.locator('.chance-plot');
    await plot.click({ position: { x: 100, y: 60 } });
    await expect.poll(async () => Number(await current())).toBeLessThan(200);
    expect(browser.problems).toEqual([]);
  });

  it('names events that lead to where they are in the log of the run', async () => {
    const page = await browser.open(`${campaign}#/f/L-7f3a`);
    await page.getByRole('link', { name: 'event 412' }).click();
    await page.locator('tr[aria-current]').waitFor();
    expect(page.url()).toMatch(/#\/r\/0\?.*e=412/);
    const current = page.locator('tr[aria-current] td').first();
    expect(await current.textContent()).toBe('412');
    await page.getByRole('link', { name: 'event 230' }).click();
    await expect.poll(() => current.textContent()).toBe('230');
    expect(browser.problems).toEqual([]);
  });

  it('of another run than the one that is shown is left out there', async () => {
    const explanation = fixtureExplanation({ traceHash: '0123456789abcdef' });
    const html = renderReport({ campaign: explainedCampaign(explanation), runs: [] });
    const page = await browser.open(`${browser.write('other.html', html)}#/r/0`);
    await page.getByRole('heading', { name: 'Operations' }).waitFor();
    expect(await page.locator('section.explanation').count()).toBe(0);
  });

  it('comes with a single run as well, and without scripts it is read as text', async () => {
    const explanation = () => fixtureExplanation();
    const single = renderReport({ runs: [fixtureRun()], explanation });
    const page = await browser.open(browser.write('single.html', single));
    await page.getByText(SENTENCE).waitFor();
    const plain = await browser.open(campaign, { scripts: false });
    await plain.getByText(SENTENCE).first().waitFor();
  });

  it('that the plan decides is a sentence and no plot', async () => {
    const [start] = fixtureExplanation().points;
    const points = start === undefined ? [] : [{ ...start, failed: 64, tries: 64 }];
    const explanation = fixtureExplanation({ verdict: 'plan', jumps: [], points });
    const html = renderReport({ campaign: explainedCampaign(explanation), runs: [] });
    const page = await browser.open(`${browser.write('plan.html', html)}#/f/L-7f3a`);
    await page.getByText('The plan decides it').waitFor();
    expect(await page.locator('.chance-plot').count()).toBe(0);
  });
});
