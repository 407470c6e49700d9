import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  BLOCK_TYPE,
  INDEX_BLOCK,
  METADATA_BLOCK,
  type ReportRun,
  runBlock,
} from '../../reports/document.ts';
import { renderReport } from '../../reports/html.ts';
import { packEvents } from '../../reports/pack.ts';
import { at, text, unpackEvents } from '../../reports/viewer/event-log.ts';
import { withExpectation } from '../../scenarios/campaign-merge.ts';
import { buildViewer } from './build.ts';
import { fixtureCampaign } from './fixture-campaign.ts';
import { fixtureRun, passedRun } from './fixture-run.ts';

beforeAll(buildViewer);

describe('the report file', () => {
  it('has the same bytes for the same campaign, but for the metadata block', () => {
    const early = fixtureCampaign();
    const startedAt = '2027-01-01T00:00:00Z';
    const late = { ...early, metadata: { ...early.metadata!, startedAt, elapsedMs: 99 } };
    expect(withoutMetadata(renderReport({ campaign: late, runs: [] }))).toBe(
      withoutMetadata(renderReport({ campaign: early, runs: [] })),
    );
  });

  it('names nothing outside itself and allows nothing to be loaded', () => {
    const html = renderReport({ campaign: fixtureCampaign(), runs: [] });
    expect(html).not.toMatch(/<(?:link|img|iframe|script|style)[^>]+(?:src|href)=/);
    expect(html).toContain("default-src 'none'; script-src 'sha256-");
    expect(html).not.toContain('unsafe-inline');
  });

  it('cannot be left by what a message holds', () => {
    const message = '</script><img src=x onerror=alert(1)> "&\'';
    const html = renderReport({
      runs: [fixtureRun({ message })],
      metadata: { ...fixtureCampaign().metadata!, version: message },
    });
    expect(html).not.toContain('<img');
    expect(html.match(/<\/script>/g)).toHaveLength(4);
  });

  it('holds a run once, in the copy that was recorded', () => {
    const { events: _events, ...unrecorded } = fixtureRun();
    const html = renderReport({ runs: [unrecorded, fixtureRun(), passedRun()] });
    expect(html).not.toContain(runBlock(2));
    expect(readRun(html, 0).log?.count).toBe(fixtureRun().events?.length);
    expect(readRun(html, 1).run.verdict).toBe('passed');
  });

  it('says the verdict, each sentence and each command without scripts', () => {
    const html = renderReport({ campaign: fixtureCampaign(), runs: [] });
    const body = html.slice(html.indexOf('<main'), html.indexOf('</main>'));
    expect(body).toContain('FAILED vr/partitions, vr/chaos');
    expect(body).toContain('n2 has op 12 that n1 does not');
    expect(body).toContain('<code>quorumlab replay vr/partitions@0x77 --mutant VR-3</code>');
    expect(body).toContain('&lt;script&gt;alert');
  });

  it('is headed by the verdict of a campaign that was to find a failure', () => {
    const { corpus: _corpus, ...campaign } = fixtureCampaign();
    const found = renderReport({ campaign: withExpectation(campaign, ''), runs: [] });
    expect(found).toContain('<title>passed · vr/partitions, vr/chaos');
    expect(found).toContain(
      'PASSED vr/partitions, vr/chaos</h1><p>a failure was expected and found',
    );
    const missed = renderReport({ campaign: withExpectation(campaign, 'L-0'), runs: [] });
    expect(missed).toContain(
      'FAILED vr/partitions, vr/chaos</h1><p>L-0 was expected, but not found',
    );
  });

  it('keeps the window around the failure when the log is too long', () => {
    const run = fixtureRun();
    const total = run.events?.length ?? 0;
    const { log } = readRun(renderReport({ runs: [run], eventLimit: 100 }), 0);
    expect(log?.count).toBe(100);
    expect(log?.omittedBefore).toBe(total - 100);
    expect(log?.omittedAfter).toBe(0);
  });
});

describe('packed events', () => {
  const events = fixtureRun().events ?? [];

  it('come back as they went in', () => {
    const log = unpackEvents(packEvents(events, undefined));
    events.forEach((event, index) => {
      expect(at(log.time, index)).toBe(event.time);
      expect(at(log.event, index)).toBe(event.event);
      expect(at(log.node, index)).toBe(event.node ?? -1);
      expect(at(log.peer, index)).toBe(event.peer ?? -1);
      expect(at(log.sentAt, index)).toBe(event.sentAt ?? -1);
      expect(at(log.operation, index)).toBe(event.operation ?? -1);
      expect(text(log, log.kind, index)).toBe(event.kind);
      expect(text(log, log.fate, index)).toBe(event.fate ?? '');
      expect(text(log, log.detail, index)).toBe(event.detail ?? '');
    });
  });

  it('have a failure in mid-log at the middle of the kept window', () => {
    const packed = packEvents(events, 501, 100);
    expect(packed.omittedBefore).toBe(450);
    expect(packed.omittedAfter).toBe(events.length - 550);
  });
});

function withoutMetadata(html: string): string {
  return html.replace(new RegExp(`<script [^>]*id="${METADATA_BLOCK}">.*?</script>`), '');
}

function readRun(html: string, run: number): ReportRun {
  expect(html).toContain(`<script type="${BLOCK_TYPE}" id="${INDEX_BLOCK}">`);
  const start = `<script type="${BLOCK_TYPE}" id="${runBlock(run)}">`;
  const from = html.indexOf(start) + start.length;
  const block = html.slice(from, html.indexOf('</script>', from));
  // Parse boundary: the block under test was written by renderReport.
  return JSON.parse(gunzipSync(Buffer.from(block, 'base64')).toString()) as ReportRun;
}
