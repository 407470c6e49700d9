/** Whether an entry of the corpus still shows what it was kept for. */
import { DETERMINISM, firstFailure, INTERNAL_ERROR } from '../scenarios/campaign-run.ts';
import type { CorpusOutcome } from '../scenarios/campaign-types.ts';
import type { Failure, RunResult } from '../scenarios/spec.ts';
import { codeVersion } from './code-version.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { type Expected, failsAs, recordOf, type SavedFailure, SITUATION } from './saved-failure.ts';

export const EXIT_OF_OUTCOME: { readonly [outcome in CorpusOutcome]: ExitCode } = {
  'as-expected': EXIT.passed,
  violated: EXIT.violated,
  stale: EXIT.stale,
  edited: EXIT.stale,
  inconclusive: EXIT.inconclusive,
  'internal-error': EXIT.internal,
  unreadable: EXIT.usage,
};

export interface EntryVerdict {
  readonly outcome: CorpusOutcome;
  /** One sentence, without its full stop. */
  readonly why: string;
  /** How the trace hash stands to the recorded one. */
  readonly hash: 'same' | 'differs' | 'of-other-code' | 'not-compared';
}

/** What an entry is to show; one that does not say so is a bug: planted, or to be mended. */
export function expectedOf({ expect, spec }: SavedFailure): Expected {
  return expect ?? (spec.mutant === undefined ? 'pass' : 'fail');
}

/** Holds a run of the entry's spec against the entry. */
export function verdictOf(saved: SavedFailure, result: RunResult): EntryVerdict {
  const hash = hashOf(saved, result);
  const found = firstFailure(result);
  if (found?.oracle === INTERNAL_ERROR && !failsAs(saved, found)) {
    return { outcome: 'internal-error', why: found.message, hash };
  }
  if (result.verdict === 'inconclusive') {
    return { outcome: 'inconclusive', why: result.inconclusive.join('; '), hash };
  }
  const shown = expectedOf(saved) === 'fail' ? asFailing(saved, result) : asPassing(saved, result);
  if (shown.outcome !== 'as-expected' || hash !== 'differs') return { ...shown, hash };
  const why =
    `the same code gave another trace: ${saved.traceHash} was recorded, ` +
    `it is ${result.traceHash}`;
  return { outcome: 'stale', why, hash };
}

/**
 * Whatever a run of an edited spec shows, it is not what the entry was kept for: nobody has said
 * yet that it is to be kept for this.
 */
export function verdictOfEdited(saved: SavedFailure, result: RunResult): EntryVerdict {
  const { outcome, why } = verdictOf(saved, result);
  const hash = 'not-compared';
  if (outcome === 'internal-error' || outcome === 'inconclusive') return { outcome, why, hash };
  const found = firstFailure(result);
  const now = found === undefined ? 'passes' : `fails with ${found.signature}: ${found.message}`;
  return { outcome: 'edited', why: `its spec was edited; now it ${now}`, hash };
}

type Shown = Pick<EntryVerdict, 'outcome' | 'why'>;

/** A bug that is there has to be found the same way. */
function asFailing(saved: SavedFailure, result: RunResult): Shown {
  const found = firstFailure(result);
  if (failsAs(saved, found)) {
    return { outcome: 'as-expected', why: `it fails with ${saved.signature}` };
  }
  if (found === undefined) return { outcome: 'stale', why: 'it passes' };
  return { outcome: 'stale', why: `it fails with ${found.signature} instead: ${found.message}` };
}

/** A bug that was mended must not come back; a run that no longer gets there shows nothing. */
function asPassing(saved: SavedFailure, result: RunResult): Shown {
  const found = firstFailure(result);
  if (found !== undefined) return { outcome: 'violated', why: relapse(saved, found) };
  const missing = missingIn(saved, result);
  if (missing.length === 0) return { outcome: 'as-expected', why: 'it passes' };
  return { outcome: 'stale', why: `it passes, but ${missing.join('; ')}` };
}

/** The failure of what has to pass: the one that it was kept for, or another one. */
function relapse(saved: SavedFailure, found: Failure): string {
  const { signature, oracle } = saved;
  const { signature: now, message } = found;
  if (failsAs(saved, found)) {
    return `the bug that was mended is back: it fails with ${signature}: ${message}`;
  }
  const other = oracle === SITUATION ? '' : `, not with ${signature}, which it was kept for`;
  return `it fails with ${now}${other}: ${message}`;
}

/** What the run that was saved has shown, and this one does not. */
export function missingIn(
  saved: Pick<SavedFailure, 'marks' | 'fired'>,
  result: RunResult,
): readonly string[] {
  const now = recordOf(result);
  const marks = (saved.marks ?? []).filter((mark) => !now.marks.includes(mark));
  const faults = (saved.fired ?? []).filter((place) => !now.fired.includes(place));
  return [
    ...faults.map((place) => {
      const fault = result.spec.plan.faults[place]?.fault ?? 'fault';
      const isHeldBack = result.faults[place]?.status === 'held-back';
      return `${fault} (fault ${place}) ${isHeldBack ? 'is held back' : 'does not fire'}`;
    }),
    ...(marks.length === 0 ? [] : [`${marks.join(', ')} ${isOrAre(marks.length)} not reached`]),
  ];
}

function isOrAre(count: number): string {
  return count === 1 ? 'is' : 'are';
}

function hashOf(saved: SavedFailure, result: RunResult): EntryVerdict['hash'] {
  // Such a run has another hash each time, and one that was stopped has none.
  if (saved.oracle === DETERMINISM || result.verdict === 'inconclusive') return 'not-compared';
  if (saved.traceHash === result.traceHash) return 'same';
  return saved.code === codeVersion() ? 'differs' : 'of-other-code';
}
