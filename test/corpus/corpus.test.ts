import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readCorpus } from '../../cli/corpus-folder.ts';
import { expectedOf, verdictOf } from '../../cli/corpus-verdict.ts';
import { failureText, type SavedFailure } from '../../cli/saved-failure.ts';
import { mutants } from '../../protocols/index.ts';
import { clientRules } from '../../protocols/viewstamped-replication/client.ts';
import { makeViewstampedReplication } from '../../protocols/viewstamped-replication/index.ts';
import { type Rules, rules } from '../../protocols/viewstamped-replication/rules.ts';
import { builtIn } from '../../scenarios/assemble.ts';
import { type CampaignEngine, DETERMINISM, judge } from '../../scenarios/campaign-run.ts';
import { type RunRequest, run } from '../../scenarios/run.ts';
import type { RunResult } from '../../scenarios/spec.ts';
import { runThat } from '../cli/corpus-fixtures.ts';
import { type Heartbeats, registryWith } from './heartbeats.ts';

const FOLDER = fileURLToPath(new URL('../../corpus/', import.meta.url));
const { entries, unreadable, foreign } = readCorpus([FOLDER]);
const each = entries.map(({ path, saved }) => [relative(FOLDER, path), saved] as const);

/** The entry run again, with `request` as what is different about it. */
function again(saved: SavedFailure, request: RunRequest): RunResult {
  const engine: CampaignEngine = {
    draw: () => saved.spec,
    run: (spec, options) => run(spec, { ...options, ...request }),
  };
  return judge(engine, saved.spec, { twice: saved.oracle === DETERMINISM });
}

describe('the corpus of this repository', () => {
  it('holds saved failures that this version can run, and nothing else', () => {
    expect({ unreadable, foreign }).toEqual({ unreadable: [], foreign: [] });
    expect(entries.filter(({ misfit, isEdited }) => misfit ?? isEdited)).toEqual([]);
  });

  it('has every planted bug', () => {
    const failing = each.filter(([, saved]) => expectedOf(saved) === 'fail');
    const kept = new Set(failing.map(([, { spec }]) => `${spec.protocol}/${spec.mutant}`));
    const planted = mutants.map(({ id, protocol = 'vr' }) => `${protocol}/${id}`);
    expect(planted.filter((name) => !kept.has(name))).toEqual([]);
  });

  it.each(each)('has %s where its protocol and signature say, as it is written', (path, saved) => {
    expect(dirname(path)).toBe(saved.spec.protocol);
    expect(path.slice(saved.spec.protocol.length + 1)).toMatch(
      new RegExp(`^${saved.signature}(?:-\\d+)?\\.json$`),
    );
    expect(readFileSync(join(FOLDER, path), 'utf8')).toBe(failureText(saved));
  });

  it.each(each)('still shows what it was kept for: %s', (_path, saved) => {
    expect(verdictOf(saved, again(saved, {}))).toMatchObject({ outcome: 'as-expected' });
  });
});

describe('an entry that must pass', () => {
  it('is violated when its bug comes back', () => {
    const found = each.find(([, { note }]) => note?.startsWith('a replica that recovers asks'));
    const [, saved] = found ?? raise();
    const { signature, message } = saved;
    const impatient: Rules = {
      ...rules,
      recoveryPatience: (_state, { options }) => options.recoveryRetry,
    };
    const protocol = makeViewstampedReplication(impatient, clientRules);
    const registry = { ...builtIn, protocols: [protocol] };
    const { outcome, why } = verdictOf(saved, again(saved, { registry }));
    expect({ outcome, why }).toEqual({
      outcome: 'violated',
      why: `the bug that was mended is back: it fails with ${signature}: ${message}`,
    });
  });
});

function raise(): never {
  throw new Error('there is no such entry');
}

const NAME = 'TestHeartbeat';

/** So many in the time that the run takes without them, from every node to every other. */
function heartbeatsIn({ ended }: RunResult, many: number): Heartbeats {
  return { period: Math.max(1, Math.floor(ended.at / many)), type: NAME, timer: NAME };
}

/** Whether the run fails by other words than before; they name operations, nodes and times. */
function isMovedBy(saved: SavedFailure, harm: Partial<Heartbeats>): boolean {
  if (saved.oracle === DETERMINISM) return false;
  const before = again(saved, {});
  const heartbeats = { ...heartbeatsIn(before, 20), ...harm };
  const after = again(saved, { registry: registryWith(heartbeats) });
  return wordsOf(before) !== wordsOf(after);
}

/** A stalled run ends with the first event after the bound: more events, and it ends sooner. */
function wordsOf({ failures }: RunResult): string | undefined {
  return failures[0]?.message.replace(/ by [\d.]+ ms/, ' in time');
}

describe('a saved failure', () => {
  it.each([5, 20, 60].flatMap((many) => each.map((entry) => [many, ...entry] as const)))(
    'survives %i heartbeats from every node to every other: %s',
    (many, _path, saved) => {
      const before = again(saved, {});
      const after = again(saved, { registry: registryWith(heartbeatsIn(before, many)) });
      expect(verdictOf(saved, after)).toMatchObject({ outcome: 'as-expected' });
      const isAlone = saved.spec.replicas + saved.spec.clients === 1;
      expect(after.counts.sent > before.counts.sent).toBe(!isAlone);
    },
  );

  it('even fails by the same words', () => {
    expect(each.filter(([, saved]) => isMovedBy(saved, {}))).toEqual([]);
  });

  it.each([
    ['type that there is', { type: 'Prepare' }],
    ['timer that there is', { timer: 'viewChange' }],
  ])('is moved by a heartbeat that takes a %s', (_title, harm) => {
    expect(each.filter(([, saved]) => isMovedBy(saved, harm))).not.toEqual([]);
  });
});

/** Drawn delays, losses and copies, of which a run that was shrunk has few or none. */
describe('a failure as it was drawn', () => {
  it.each([
    ['VR-13', 'vr/lossy'],
    ['VR-12', 'vr/lossy'],
    ['CL-1', 'vr/lossy'],
    ['SM-3', 'vr/lossy'],
    ['VR-5', 'vr/primary-crash'],
    ['VR-10', 'vr/partitions'],
    ['VR-15', 'vr/partitions'],
    ['VR-8', 'vr/forgetful-votes'],
    ['VR-24', 'vr/recovery-under-load'],
    ['ST-1', 'vr/crashes'],
  ])('survives heartbeats as well: %s in %s', (mutant, scenario) => {
    const before = runThat('failed', scenario, mutant);
    for (const many of [5, 20, 60]) {
      const after = run(before.spec, { registry: registryWith(heartbeatsIn(before, many)) });
      expect(after.failures[0]?.signature).toBe(before.failures[0]?.signature);
      expect(after.counts.sent).toBeGreaterThan(before.counts.sent);
    }
  });
});
