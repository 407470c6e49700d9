/** `quorumlab corpus prune`: removes what says no more than what stays. */
import { isDeepStrictEqual } from 'node:util';
import { plural } from '../reports/words.ts';
import {
  type Corpus,
  type CorpusEntry,
  corpusNamed,
  removeFile,
  tellForeign,
  tellUnreadable,
} from './corpus-folder.ts';
import { expectedOf } from './corpus-verdict.ts';
import { checkCorpus } from './corpus-verify.ts';
import { EXIT, type ExitCode } from './exit.ts';
import type { Given } from './given.ts';
import { sizeOf } from './saved-failure.ts';
import { tableText } from './table.ts';

/** So many of one signature stay: a change of the code may take the point out of one of them. */
const KEPT_DEFAULT = 3;

/** An entry that goes, and why. */
interface Pruned {
  readonly path: string;
  readonly why: string;
}

export async function corpusPruneCommand(given: Given): Promise<ExitCode> {
  const keep = given.count('keep', 1) ?? KEPT_DEFAULT;
  const isDry = given.flag('dry-run');
  const { corpus } = corpusNamed(given.words('folder'));
  const { stale, exitCode } = given.flag('stale')
    ? await staleIn(given, corpus)
    : { stale: [], exitCode: undefined };
  // What was interrupted removes nothing: it does not know all that it was to know.
  if (exitCode !== undefined) return exitCode;
  const pruned = [...stale, ...superfluous(withoutThose(corpus.entries, stale), keep)];
  if (!isDry) for (const { path } of pruned) removeFile(path);
  const stays = corpus.entries.length - pruned.length;
  const isJson = given.flag('json');
  process.stdout.write(isJson ? asJson(pruned, stays, isDry) : asText(pruned, stays, isDry));
  tellForeign(corpus.foreign);
  tellUnreadable(corpus.unreadable);
  return corpus.unreadable.length > 0 ? EXIT.usage : EXIT.passed;
}

async function staleIn(
  given: Given,
  corpus: Corpus,
): Promise<{ readonly stale: readonly Pruned[]; readonly exitCode: ExitCode | undefined }> {
  const { checked, exitCode } = await checkCorpus(given, corpus);
  const stale = checked.checked.filter(({ verdict }) => verdict.outcome === 'stale');
  return {
    stale: stale.map(({ path, verdict }) => ({ path, why: `stale: ${verdict.why}` })),
    exitCode,
  };
}

/** The same run twice, and what of one signature is not among its smallest. */
export function superfluous(entries: readonly CorpusEntry[], keep: number): readonly Pruned[] {
  const pruned: Pruned[] = [];
  const groups = new Map<string, CorpusEntry[]>();
  for (const entry of [...entries].sort(bySize)) {
    const key = groupOf(entry);
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    const { path, saved } = entry;
    const same = group.find((other) => isDeepStrictEqual(other.saved.spec, saved.spec));
    if (same !== undefined) pruned.push({ path, why: `the same run as ${same.path}` });
    else if (group.length < keep || isOfItsOwn(entry)) group.push(entry);
    else {
      const which = keep === 1 ? 'a smaller one' : `${keep} smaller ones`;
      const stay = keep === 1 ? 'stays' : 'stay';
      pruned.push({ path, why: `${which} of ${saved.signature} ${stay}` });
    }
  }
  return pruned.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * What must pass guards against a bug that is gone, which its signature does not tell from others;
 * and what somebody wrote a note on is more to them than its signature.
 */
function isOfItsOwn({ saved }: CorpusEntry): boolean {
  return expectedOf(saved) === 'pass' || saved.note !== undefined;
}

/** Entries say the same when they show the same of the same code. */
function groupOf({ saved }: CorpusEntry): string {
  const { protocol, mutant = '' } = saved.spec;
  return [protocol, mutant, saved.signature, expectedOf(saved)].join('\0');
}

function bySize(a: CorpusEntry, b: CorpusEntry): number {
  const [one, other] = [sizeOf(a.saved), sizeOf(b.saved)];
  return (
    one.faults - other.faults ||
    one.operations + one.overrides - (other.operations + other.overrides) ||
    Number(b.saved.note !== undefined) - Number(a.saved.note !== undefined) ||
    (a.path < b.path ? -1 : 1)
  );
}

function withoutThose(
  entries: readonly CorpusEntry[],
  those: readonly Pruned[],
): readonly CorpusEntry[] {
  const paths = new Set(those.map(({ path }) => path));
  return entries.filter(({ path }) => !paths.has(path));
}

function asText(pruned: readonly Pruned[], stays: number, isDry: boolean): string {
  const rest = `${plural(stays, 'entry', 'entries')} ${isDry ? 'would stay' : 'left'}`;
  if (pruned.length === 0) return `nothing to remove · ${rest}\n`;
  const rows = pruned.map(({ path, why }) => ({ cells: [path, why] }));
  const verb = isDry ? 'would remove' : 'removed';
  const what = plural(pruned.length, 'entry', 'entries');
  const table = tableText([{ head: verb.toUpperCase() }, { head: 'BECAUSE' }], rows);
  return `${table}\n  ${verb} ${what} · ${rest}\n`;
}

function asJson(pruned: readonly Pruned[], stays: number, isDry: boolean): string {
  return `${JSON.stringify({ removed: pruned, stays, isDryRun: isDry })}\n`;
}
