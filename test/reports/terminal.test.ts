import { describe, expect, it } from 'vitest';
import { explanationLines } from '../../reports/explanation.ts';
import { formatCampaign, formatRun } from '../../reports/terminal.ts';
import type { RunResult } from '../../scenarios/spec.ts';
import { fixtureCampaign } from './fixture-campaign.ts';
import { fixtureExplanation } from './fixture-explanation.ts';
import { fixtureRun, passedRun } from './fixture-run.ts';

describe('the text of a run', () => {
  it('that failed has the sentence, the faults before it, and the command', () => {
    expect(formatRun(fixtureRun(), { reportPath: 'quorumlab-out/report.html' })).toBe(
      [
        'FAIL  vr/partitions@0x9c41f0  linearizability  key "x"  sig L-7f3a',
        '  c2 read x = 1, but write x = 4 by c0 had completed before it began',
        '  faults before it: partition {n0,n1}|{n2} 163–272 ms · crash n0 326–408 ms · ' +
          'pause n2 462–471 ms',
        '  crash it at the mark recovery-completed, occurrence 1  ' +
          'not struck: its mark was never reached',
        '  seen at 544 ms, after 1,063 events',
        '  replay   quorumlab replay vr/partitions@0x9c41f0',
        '  report   quorumlab-out/report.html',
      ].join('\n'),
    );
  });

  it('that passed says what it went through', () => {
    const text = formatRun(passedRun());
    expect(text).toMatch(/^PASS {2}vr\/partitions@0x2 {2}1,063 events/);
    expect(text).toContain('reached: view-change-completed 1');
  });

  it('that passed says what was never asked, and that no progress was owed', () => {
    const run = passedRun();
    const { plan } = run.spec;
    const more = [...plan.operations, { at: 0, client: 0, operation: { f: 'get', key: 'x' } }];
    const text = formatRun({
      ...run,
      spec: { ...run.spec, plan: { ...plan, operations: more } },
      counts: { ...run.counts, invoked: plan.operations.length, completed: 0, abandoned: 0 },
      ended: { ...run.ended, isOwedNothing: true, whyOwedNothing: 'all were down' },
    });
    expect(text).toContain(' 0 of 1 operation (1 never asked) ');
    expect(text).toContain('  no progress was owed when faults stopped: all were down\n');
    expect(formatRun(run)).not.toContain('no progress was owed');
  });

  it('that passed says what became of operations without an answer', () => {
    const run = passedRun();
    const counted = (counts: Partial<RunResult['counts']>): string =>
      formatRun({ ...run, counts: { ...run.counts, invoked: 9, abandoned: 0, ...counts } });
    expect(counted({ completed: 9 })).toContain(' 9 of 9 operations ·');
    expect(counted({ invoked: 1, completed: 1 })).toContain(' 1 of 1 operation ·');
    expect(counted({ completed: 4, abandoned: 5 })).toContain(' 4 of 9 operations (5 given up) ·');
    expect(counted({ completed: 4, abandoned: 2, refused: 1 })).toContain(
      ' 4 of 9 operations (2 given up, 1 refused, 2 left open) ·',
    );
  });

  it('names the faults nearest to the failure, as many as fit, and counts the rest', () => {
    const lasting = {
      fault: 'partition' as const,
      groups: [
        [2, 0, 3],
        [5, 4, 1, 6],
      ],
    };
    const faults = [1, 2, 3, 4, 5].map((at) => ({ ...lasting, at: at * 10_000, lasts: 5_000 }));
    const run = fixtureRun();
    const text = formatRun({
      ...run,
      spec: { ...run.spec, plan: { ...run.spec.plan, faults } },
      faults: faults.map(({ at, lasts }) => ({ status: 'fired', at, until: at + lasts })),
    });
    const line = text.split('\n').find((each) => each.includes('faults before it:'));
    const groups = 'partition {n0,n2,c0}|{n1,c1–c3}';
    expect(line).toBe(`  faults before it: 3 earlier · ${groups} 40–45 ms · ${groups} 50–55 ms`);
  });

  it('names the rarest marks first, which tell most', () => {
    const marks = { committed: 990, elected: 3, never: 0, recovered: 1, resent: 40 };
    expect(formatRun({ ...passedRun(), marks })).toContain(
      '  reached: recovered 1  elected 3  resent 40  committed 990\n',
    );
  });

  it('has no escape sequences unless colours are asked for', () => {
    const escapeCode = String.fromCharCode(27);
    expect(formatRun(fixtureRun())).not.toContain(escapeCode);
    expect(formatRun(fixtureRun(), { colour: true })).toContain(`${escapeCode}[31m`);
  });
});

describe('the text of a campaign', () => {
  const text = formatCampaign(fixtureCampaign(), { reportPath: 'out/report.html', outDir: 'out' });

  it('begins with the verdict and the numbers', () => {
    expect(text.split('\n')[0]).toBe(
      'FAIL  1,000 seeds · 4.1M events · 28 failing · 2 unknown  (12s)',
    );
  });

  it('has a line for the faults, most frequent first, and one for what was reached', () => {
    expect(text).toContain(
      '\n  faults: drop 1.2M  crash 9.1k  partition 4.4k\n' +
        '  reached: recovery-completed 8k  view-change-completed 31k\n',
    );
  });

  it('counts the marks never reached that do not fit', () => {
    const names = Array.from({ length: 20 }, (_, index) => `mark-number-${index + 10}`);
    const marks = Object.fromEntries(names.map((name) => [name, 0]));
    const line = formatCampaign({ ...fixtureCampaign(), marks }).split('\n')[2];
    expect(line).toBe(`  never reached: ${names.slice(0, 6).join(', ')}, and 14 more`);
  });

  it('names the marks that were never reached', () => {
    expect(text).toContain('never reached: log-truncated');
  });

  it('says of the corpus what is not as expected, before the groups', () => {
    expect(text).toContain(
      '  corpus: 12 of 14 saved failures as expected · 1 stale · 1 inconclusive',
    );
    const blocks = text.split('\n\n');
    expect(blocks[1]).toBe(
      [
        'STALE  corpus/vr/L-0001.json  it no longer shows what it was kept for',
        '  it passes, <b>but</b> & so on',
        '  replay   quorumlab replay corpus/vr/L-0001.json',
      ].join('\n'),
    );
    expect(blocks[2]).toMatch(/^UNKNOWN {2}corpus\/vr\/L-0002\.json {2}it came to no verdict\n/);
    expect(blocks[3]).toContain('sig L-7f3a');
  });

  it('gives each group its saved failure, its original and its page', () => {
    expect(text).toContain('  replay   quorumlab replay out/L-7f3a.json');
    expect(text).toContain('  original quorumlab replay vr/partitions@0x9c41f0');
    expect(text).toContain('  report   out/report.html#/f/I-19c2');
  });

  it('gives a group the explanation of its failure', () => {
    const campaign = fixtureCampaign();
    const explanation = fixtureExplanation();
    const groups = campaign.groups.map((group) => ({ ...group, explanation }));
    const lines = formatCampaign({ ...campaign, groups }, { outDir: 'out' }).split('\n');
    const first = explanationLines(explanation)[0] ?? '';
    expect(lines.filter((line) => line === `  ${first}`)).toHaveLength(3);
    const blocks = formatCampaign({ ...campaign, groups }, { blocks: true });
    expect(blocks).toContain('█');
    expect(lines.join('')).not.toContain('█');
  });

  it('says how to run the same seeds again', () => {
    expect(text).toContain(
      'repeat: quorumlab fuzz vr/partitions vr/chaos --mutant VR-3 --base-seed 0x5eed --seeds 1000',
    );
  });
});
