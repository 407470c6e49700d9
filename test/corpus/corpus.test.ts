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
    expect(entries.filter(({ misfit }) => misfit !== undefined)).toEqual([]);
  });

  it('has every planted bug', () => {
    const failing = each.filter(([, saved]) => expectedOf(saved) === 'fail');
    const kept = new Set(failing.map(([, { spec }]) => spec.mutant));
    expect(mutants.map(({ id }) => id).filter((id) => !kept.has(id))).toEqual([]);
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
    const impatient: Rules = {
      ...rules,
      recoveryPatience: (_state, { options }) => options.recoveryRetry,
    };
    const protocol = makeViewstampedReplication(impatient, clientRules);
    const registry = { ...builtIn, protocols: [protocol] };
    const { outcome, why } = verdictOf(saved, again(saved, { registry }));
    expect({ outcome, why }).toEqual({
      outcome: 'violated',
      why: `it fails with ${saved.signature}: ${saved.message}`,
    });
  });
});

function raise(): never {
  throw new Error('there is no such entry');
}

/** How many heartbeats were sent in the run, and what it came to. */
function withHeartbeats(saved: SavedFailure, heartbeats: Heartbeats) {
  const registry = registryWith(heartbeats);
  const result = again(saved, { registry });
  const sent = result.counts.sent - again(saved, {}).counts.sent;
  return { sent, ...verdictOf(saved, result) };
}

/** Whether the run fails at another time, or by other words, than it did before. */
function isMovedBy(saved: SavedFailure, heartbeats: Heartbeats): boolean {
  if (saved.oracle === DETERMINISM) return false;
  const [before] = again(saved, {}).failures;
  const [after] = again(saved, { registry: registryWith(heartbeats) }).failures;
  return before?.at !== after?.at || before?.message !== after?.message;
}

const PERIODS = [3_000, 10_000, 50_000];
const NAME = 'TestHeartbeat';

describe('a saved failure', () => {
  it.each(PERIODS.flatMap((period) => each.map((entry) => [period, ...entry] as const)))(
    'survives a heartbeat every %i µs on every link: %s',
    (period, _path, saved) => {
      const { sent, outcome, why } = withHeartbeats(saved, { period, type: NAME, timer: NAME });
      expect({ outcome, why }).toMatchObject({ outcome: 'as-expected' });
      // A short run may be over before the first one is due.
      if (period === Math.min(...PERIODS)) expect(sent).toBeGreaterThan(0);
    },
  );

  // A heartbeat that is corrupted is a message more that a protocol cannot read.
  const readable = each.filter(([, { spec }]) => spec.network.corrupt === 0);

  it('even fails at the same moment, with the same words', () => {
    const heartbeats = { period: 10_000, type: NAME, timer: NAME };
    expect(readable.filter(([, saved]) => isMovedBy(saved, heartbeats))).toEqual([]);
  });

  it.each([
    ['a type that there is', { period: 10_000, type: 'Prepare', timer: NAME }],
    ['a timer that there is', { period: 10_000, type: NAME, timer: 'viewChange' }],
  ])('is moved by a heartbeat that takes %s', (_title, heartbeats) => {
    expect(readable.filter(([, saved]) => isMovedBy(saved, heartbeats))).not.toEqual([]);
  });
});
