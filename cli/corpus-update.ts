/** `corpus verify --update`: entries as they show themselves now, and what is new about them. */
import { DETERMINISM, firstFailure } from '../scenarios/campaign-run.ts';
import { type CorpusEntry, rewrite } from './corpus-folder.ts';
import type { CheckedCorpus, CheckedEntry } from './corpus-runner.ts';
import { expectedOf } from './corpus-verdict.ts';
import {
  blameOfRun,
  failsAs,
  type RunRecord,
  recordOf,
  type SavedFailure,
} from './saved-failure.ts';

export interface Update {
  /** Where the entry was, and where it is: a new signature is a new name. */
  readonly from: string;
  readonly path: string;
  readonly changes: readonly string[];
}

/** Writes what is no longer as it was recorded; what fails or passes against its will stays. */
export function recordAnew({ checked }: CheckedCorpus): readonly Update[] {
  return checked.flatMap((entry) => {
    const saved = recordedAnew(entry);
    if (saved === undefined) return [];
    const changes = changesOf(entry, saved);
    if (changes.length === 0) return [];
    return [{ from: entry.path, path: rewrite(entry, saved), changes }];
  });
}

/** The entry as this run shows it; undefined where it does not show what it has to. */
export function recordedAnew({ saved, result }: CheckedEntry): SavedFailure | undefined {
  if (result === undefined || result.verdict === 'inconclusive') return undefined;
  const failure = firstFailure(result);
  if ((failure !== undefined) !== (expectedOf(saved) === 'fail')) return undefined;
  const record = recordOf(result);
  // Such a run is another one each time: there is nothing to record but that it failed.
  if (failure?.oracle === DETERMINISM && failsAs(saved, failure)) {
    return { ...saved, version: record.version, code: record.code };
  }
  if (failure === undefined) return { ...saved, ...record, ...stillShown(saved, record) };
  const { invariant: _invariant, explanation, ...others } = saved;
  // What decided another failure does not explain this one.
  const isExplained = explanation !== undefined && failsAs(saved, failure);
  const blame = blameOfRun(failure, result, saved);
  return { ...others, ...blame, ...record, ...(isExplained ? { explanation } : {}) };
}

/** Of what was shown at discovery what still is: more than that was never the point. */
function stillShown(saved: SavedFailure, now: Required<RunRecord>): Partial<RunRecord> {
  const { marks = now.marks, fired = now.fired } = saved;
  return {
    marks: marks.filter((mark) => now.marks.includes(mark)),
    fired: fired.filter((place) => now.fired.includes(place)),
  };
}

/** Of an edited entry there is no record to compare: that it was edited is what is new. */
function changesOf(
  { saved: before, isEdited }: CorpusEntry,
  after: SavedFailure,
): readonly string[] {
  if (isEdited !== true) return changesBetween(before, after);
  const isRenamed = before.signature !== after.signature;
  return ['the spec, which was edited', ...(isRenamed ? [renamed(before, after)] : [])];
}

function renamed(before: SavedFailure, after: SavedFailure): string {
  return `${before.signature} is now ${after.signature}`;
}

/** In words, for people; empty when nothing has changed. */
export function changesBetween(before: SavedFailure, after: SavedFailure): readonly string[] {
  const changes: string[] = [];
  if (before.specDigest === undefined) changes.push('a digest of its spec');
  if (before.signature !== after.signature) changes.push(renamed(before, after));
  if (before.message !== after.message) changes.push('another message');
  if (before.traceHash !== after.traceHash) changes.push('another trace');
  changes.push(
    ...differences('reaches', before.marks ?? [], after.marks ?? []),
    ...differences('fires fault', before.fired ?? [], after.fired ?? []),
  );
  // That other code shows the very same is no reason to write a file.
  return changes;
}

function differences<T>(verb: string, before: readonly T[], after: readonly T[]): string[] {
  const gone = before.filter((each) => !after.includes(each));
  const fresh = after.filter((each) => !before.includes(each));
  return [
    ...(gone.length === 0 ? [] : [`no longer ${verb} ${gone.join(', ')}`]),
    ...(fresh.length === 0 ? [] : [`now ${verb} ${fresh.join(', ')}`]),
  ];
}
