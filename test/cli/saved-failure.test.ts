import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { saveFailures } from '../../cli/failure-files.ts';
import { failureSchema, recordOf, type SavedFailure } from '../../cli/saved-failure.ts';
import { failureOf, readReplayable } from '../../cli/saved-files.ts';
import { version } from '../../cli/version.ts';
import { runBatch } from '../../scenarios/campaign.ts';
import { campaignResult } from '../../scenarios/campaign-merge.ts';
import type { CampaignResult } from '../../scenarios/campaign-types.ts';
import { findScenarios } from '../../scenarios/catalogue/index.ts';
import { run } from '../../scenarios/run.ts';
import { fixtureExplanation } from '../reports/fixture-explanation.ts';
import { temporaryFolder } from './binary.ts';
import { fakeEngine } from './fake-engine.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

const [scenario] = findScenarios('vr/primary-crash');
const result = run(scenario?.draw('0x7', {}) ?? raise());

function raise(): never {
  throw new Error('there is no scenario to draw from');
}

const saved: SavedFailure = {
  format: 'quorumlab-failure/1',
  signature: 'L-7f3a',
  oracle: 'invariants',
  invariant: 'one-log-per-view',
  message: 'n0 has 11 entries',
  expect: 'fail',
  note: 'kept for its name',
  found: { command: 'quorumlab replay vr/chaos@0x1', version: '0.1.0', date: '2026-11-21' },
  ...recordOf(result),
  spec: result.spec,
};

describe('the record of a run', () => {
  it('names the marks that were reached and the faults that fired, and no others', () => {
    const { marks, fired } = recordOf(result);
    expect(marks).toEqual(
      Object.keys(result.marks)
        .filter((mark) => result.marks[mark])
        .sort(),
    );
    expect(marks).toContain('view-change-completed');
    expect(marks).not.toContain('torn-record-dropped');
    expect(fired).toEqual(
      result.faults.flatMap(({ status }, at) => (status === 'fired' ? at : [])),
    );
    expect(fired).not.toEqual([]);
  });
});

describe('a saved failure', () => {
  it('is read as it was written', () => {
    const written: unknown = JSON.parse(JSON.stringify(saved));
    expect(failureOf('x.json', written)).toEqual(saved);
  });

  it('may be one of an earlier version, which lacks most', () => {
    const { version: by, signature, oracle, message, traceHash, spec } = saved;
    const old = {
      format: 'quorumlab-failure/1',
      version: by,
      signature,
      oracle,
      message,
      traceHash,
      spec,
    };
    expect(failureOf('x.json', old)).toEqual(old);
    writeFileSync(join(folder.path, 'old.json'), JSON.stringify(old));
    expect(readReplayable(join(folder.path, 'old.json'))).toEqual({ ...old, saved: old });
  });

  it.each<[string, object, string]>([
    ['a signature that leads elsewhere', { signature: '../../x' }, 'signature: expected up to 64'],
    ['an empty signature', { signature: '' }, 'signature: expected up to 64'],
    ['an expectation that is none', { expect: 'maybe' }, 'expect: '],
    ['a hash that is none', { traceHash: 'abc' }, 'traceHash: expected 16 hex digits'],
    ['a day that is none', { found: { ...saved.found, date: 'today' } }, 'found.date: expected a'],
    ['half of where it was found', { found: { version: '1' } }, 'found.command: '],
    ['marks that are no names', { marks: ['elected', 7] }, 'marks[1]: expected string'],
    ['a fault that is no number', { fired: ['0'] }, 'fired[0]: expected'],
    ['a fault that is not in the plan', { fired: [0, 99] }, 'fired[1]: there is no fault 99: '],
    ['a member that nothing reads', { notes: 'x' }, 'notes'],
  ])('is refused with the place of %s', (_title, edit, message) => {
    const refusal = catching(() => failureOf('x.json', { ...saved, ...edit }));
    expect(refusal).toContain('x.json: ');
    expect(refusal).toContain(message);
  });

  it('without faults in its plan can have none that fired', () => {
    const spec = { ...saved.spec, plan: { faults: [], operations: [] } };
    const parsed = failureSchema.safeParse({ ...saved, fired: [0], spec });
    expect(parsed.error?.issues[0]?.message).toBe('there is no fault 0: the plan has no faults');
    expect(failureSchema.safeParse({ ...saved, fired: [], spec }).success).toBe(true);
  });
});

describe('the failures of a campaign', () => {
  const request = {
    scenarios: ['vr/calm'],
    baseSeed: '0x1',
    settings: { mutant: 'VR-3' },
    determinism: false,
  };
  const engine = fakeEngine({ fails: () => 'L-0001' });
  const batch = runBatch(engine, { campaign: request, from: 0, to: 2 });
  const campaign: CampaignResult = {
    ...campaignResult(request, batch, false),
    metadata: {
      version: '0.0.9',
      code: 'c0ffee',
      node: 'v20',
      startedAt: '2026-11-21T16:00:00.000Z',
      elapsedMs: 1,
      cpuMs: 1,
      jobs: 1,
    },
  };

  function savedIn(name: string, of: CampaignResult): SavedFailure {
    const outDir = join(folder.path, name);
    const [group] = saveFailures(of, outDir, true);
    const json: unknown = JSON.parse(readFileSync(join(outDir, group?.savedAs ?? ''), 'utf8'));
    return failureSchema.parse(json);
  }

  it('are saved with where they come from and what their runs have shown', () => {
    const [example] = campaign.groups.map((group) => group.example);
    expect(savedIn('out', campaign)).toMatchObject({
      signature: 'L-0001',
      expect: 'fail',
      found: {
        command: `quorumlab replay vr/calm@${example?.spec.seed} --mutant VR-3`,
        version: '0.0.9',
        date: '2026-11-21',
      },
      version: '0.0.9',
      code: 'c0ffee',
      traceHash: example?.traceHash,
      fired: example?.faults[0]?.status === 'fired' ? [0] : [],
    });
  });

  it('are saved with what decides them in brief', () => {
    const outDir = join(folder.path, 'explained');
    const groups = campaign.groups.map((group) => ({
      ...group,
      explanation: fixtureExplanation(),
    }));
    const [group] = saveFailures({ ...campaign, groups }, outDir, true);
    const saved: unknown = JSON.parse(readFileSync(join(outDir, group?.savedAs ?? ''), 'utf8'));
    expect(failureSchema.parse(saved).explanation).toMatchObject({
      verdict: 'jump',
      jumps: [{ event: 412, before: { failed: 21, tries: 64 } }, { event: 230 }],
    });
  });

  it('are said to be of no certain code where their campaign does not say which', () => {
    const { code: _code, ...metadata } = campaign.metadata ?? raise();
    expect(savedIn('uncertain', { ...campaign, metadata })).not.toHaveProperty('code');
    const { metadata: _metadata, ...bare } = campaign;
    expect(savedIn('bare', bare)).toMatchObject({ version: version() });
    expect(savedIn('bare', bare).found).not.toHaveProperty('date');
  });
});

function catching(action: () => void): string {
  try {
    action();
    return 'nothing was thrown';
  } catch (error) {
    return String(error);
  }
}
