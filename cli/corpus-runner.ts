/** Runs the entries of a corpus over the worker pool, and holds each against what it records. */
import { DETERMINISM, DETERMINISM_TRIES } from '../scenarios/campaign-run.ts';
import type { CorpusAccount } from '../scenarios/campaign-types.ts';
import type { RunResult } from '../scenarios/spec.ts';
import type { Corpus, CorpusEntry, Remark } from './corpus-folder.ts';
import {
  type EntryVerdict,
  EXIT_OF_OUTCOME,
  verdictOf,
  verdictOfEdited,
} from './corpus-verdict.ts';
import { type ExitCode, severest } from './exit.ts';
import type { PoolAnswer, WorkerPool } from './pool.ts';
import { LOST } from './progress.ts';

export interface CheckedEntry extends CorpusEntry {
  readonly verdict: EntryVerdict;
  /** Absent when it could not be run to an end. */
  readonly result?: RunResult;
}

export interface CheckedCorpus {
  readonly checked: readonly CheckedEntry[];
  readonly unreadable: readonly Remark[];
  /** Entries that were left out because of an interrupt. */
  readonly left: number;
}

/** Saved specs bring all that they need: there is no campaign behind them. */
export const NO_CAMPAIGN = {
  scenarios: [],
  baseSeed: '0x0',
  settings: {},
  determinism: false,
} as const;

export interface RunSettings {
  /** How many at a time. */
  readonly jobs: number;
  readonly interrupt: AbortSignal;
  /** Told of each entry as it ends, in no certain order. */
  readonly ended?: (checked: CheckedEntry) => void;
}

export async function runCorpus(
  pool: WorkerPool,
  corpus: Corpus,
  { jobs, interrupt, ended }: RunSettings,
): Promise<CheckedCorpus> {
  const { entries, unreadable } = corpus;
  const verdicts = new Map<CorpusEntry, CheckedEntry>();
  const pending = [...entries];
  const stop = (): void => pool.stopNow();
  interrupt.addEventListener('abort', stop, { once: true });
  const lane = async (): Promise<void> => {
    let entry = pending.shift();
    while (entry !== undefined && !interrupt.aborted) {
      const checked = await check(pool, entry);
      if (checked === undefined) return;
      verdicts.set(entry, checked);
      ended?.(checked);
      entry = pending.shift();
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, entries.length) }, lane));
  interrupt.removeEventListener('abort', stop);
  const checked = entries.flatMap((entry) => verdicts.get(entry) ?? []);
  return { checked, unreadable, left: entries.length - checked.length };
}

/** Undefined when it was stopped by an interrupt. */
async function check(pool: WorkerPool, entry: CorpusEntry): Promise<CheckedEntry | undefined> {
  const { saved, misfit } = entry;
  if (misfit !== undefined) return { ...entry, verdict: cannotRun(entry, misfit) };
  const again = saved.oracle === DETERMINISM ? DETERMINISM_TRIES : 0;
  const answer = await pool.run({ kind: 'replay', spec: saved.spec, again });
  return answer.kind === 'stopped' ? undefined : { ...entry, ...judged(entry, answer) };
}

function judged(
  entry: CorpusEntry,
  answer: Exclude<PoolAnswer, { readonly kind: 'stopped' }>,
): Pick<CheckedEntry, 'verdict' | 'result'> {
  switch (answer.kind) {
    case 'replay': {
      const { result } = answer;
      const judge = entry.isEdited === true ? verdictOfEdited : verdictOf;
      return { verdict: judge(entry.saved, result), result };
    }
    case 'broken':
      return { verdict: cannotRun(entry, answer.message) };
    case 'lost':
      return {
        verdict: {
          outcome: 'inconclusive',
          why: `it ${LOST[answer.reason]}`,
          hash: 'not-compared',
        },
      };
    case 'batch':
    case 'example':
    case 'explain':
    case 'compare':
    case 'shrink':
      throw new Error(`a replay was answered with ${answer.kind}`);
    default:
      return answer satisfies never;
  }
}

/** Names in it are gone: whatever it was kept for, it does not show it. */
function cannotRun(entry: CorpusEntry, why: string): EntryVerdict {
  const outcome = entry.isEdited === true ? 'edited' : 'stale';
  return { outcome, why: `it cannot be run: ${why}`, hash: 'not-compared' };
}

/** What of it belongs into a campaign's result. */
export function accountOf(folder: string, corpus: CheckedCorpus): CorpusAccount {
  const { checked, unreadable } = corpus;
  const others: CorpusAccount['others'][number][] = [];
  for (const { path, verdict } of checked) {
    const { outcome, why } = verdict;
    if (outcome !== 'as-expected') others.push({ file: path, outcome, why });
  }
  for (const { path, why } of unreadable) others.push({ file: path, outcome: 'unreadable', why });
  const entries = checked.length + unreadable.length;
  return { folder, entries, asExpected: entries - others.length, others };
}

/** The exit code that a corpus stands for. */
export function exitOfAccount({ others }: Pick<CorpusAccount, 'others'>): ExitCode {
  return severest(others.map(({ outcome }) => EXIT_OF_OUTCOME[outcome]));
}
