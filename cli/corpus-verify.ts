/** `quorumlab corpus verify`: whether every saved failure still shows what it was kept for. */
import { availableParallelism } from 'node:os';
import { replayFileCommand, shellWord } from '../reports/commands.ts';
import { formatElapsed, outcomeCounts, plural } from '../reports/words.ts';
import type { CorpusOutcome } from '../scenarios/campaign-types.ts';
import { CORPUS_DEFAULT, type Corpus, corpusNamed, tellForeign } from './corpus-folder.ts';
import {
  accountOf,
  type CheckedCorpus,
  type CheckedEntry,
  exitOfAccount,
  NO_CAMPAIGN,
  runCorpus,
} from './corpus-runner.ts';
import { recordAnew, type Update } from './corpus-update.ts';
import { expectedOf } from './corpus-verdict.ts';
import { CountProgress } from './count-progress.ts';
import { type ExitCode, InputError } from './exit.ts';
import type { Given } from './given.ts';
import { listenForInterrupt } from './interrupt.ts';
import { paint } from './paint.ts';
import { WorkerPool } from './pool.ts';
import type { SavedFailure } from './saved-failure.ts';
import { tableText } from './table.ts';

const JOBS_MAX = 1024;
const TIMEOUT_MS_DEFAULT = 30_000;
/** A worker takes longer to start than so many entries take to run. */
const ENTRIES_PER_JOB = 16;

export async function corpusVerifyCommand(given: Given): Promise<ExitCode> {
  const { targets, corpus } = corpusNamed(given.words('target'));
  if (corpus.entries.length + corpus.unreadable.length === 0) {
    throw new InputError(`${targets.join(' ')} holds no saved failures: nothing to verify`);
  }
  const startedAt = performance.now();
  const { checked, exitCode } = await checkCorpus(given, corpus);
  // What was interrupted is not known well enough to be written over.
  const isUpdating = given.flag('update') && exitCode === undefined;
  const updates = isUpdating ? recordAnew(checked) : undefined;
  const after = { ...checked, checked: checked.checked.filter(isNotIn(updates ?? [])) };
  const elapsedMs = performance.now() - startedAt;
  if (given.flag('json')) {
    process.stdout.write(`${JSON.stringify(asJson(checked, corpus, updates ?? []))}\n`);
  } else process.stdout.write(asText(checked, targets, updates, elapsedMs));
  tellForeign(corpus.foreign);
  return exitCode ?? exitOfAccount(accountOf('', after));
}

/** Runs all entries with progress; `exitCode` is there only after an interrupt. */
export async function checkCorpus(
  given: Given,
  corpus: Corpus,
): Promise<{ readonly checked: CheckedCorpus; readonly exitCode: ExitCode | undefined }> {
  const most = Math.ceil(corpus.entries.length / ENTRIES_PER_JOB);
  const jobs = given.count('jobs', 1, JOBS_MAX) ?? Math.min(most, availableParallelism());
  const timeoutMs = given.milliseconds('timeout') ?? TIMEOUT_MS_DEFAULT;
  const entry = new URL('./worker.js', import.meta.url);
  const interrupt = listenForInterrupt();
  const pool = new WorkerPool({ entry, campaign: NO_CAMPAIGN, jobs: Math.max(1, jobs), timeoutMs });
  const progress = new CountProgress(corpus.entries.length, 'entries');
  try {
    const checked = await runCorpus(pool, corpus, {
      jobs,
      interrupt: interrupt.signal,
      ended: () => progress.one(),
    });
    return { checked, exitCode: interrupt.exitCode() };
  } finally {
    progress.stop();
    await pool.close();
    interrupt.release();
  }
}

const COLUMNS = [{ head: 'OUTCOME' }, { head: 'FILE' }, { head: 'SHOULD' }, { head: 'BUT' }];

function asText(
  corpus: CheckedCorpus,
  targets: readonly string[],
  updates: readonly Update[] | undefined,
  elapsedMs: number,
): string {
  const { checked, unreadable, left } = corpus;
  const account = accountOf('', corpus);
  const facts = [
    `${account.asExpected} of ${plural(account.entries, 'entry', 'entries')} as expected`,
    ...outcomeCounts(account.others.map(({ outcome }) => outcome)),
    ...(left === 0 ? [] : [`${left} not run`]),
  ];
  const lines = [`${badge(corpus)}  ${facts.join(' · ')}  (${formatElapsed(elapsedMs)})`];
  lines.push(`  ${paint.dim(`${expectations(checked)} · ${hashes(checked)}`)}`);
  const rows = [
    ...checked.filter(isUnexpected).map(({ path, saved, verdict }) => {
      return { cells: [verdict.outcome, path, shouldOf(saved), verdict.why] };
    }),
    ...unreadable.map(({ path, why }) => ({ cells: ['unreadable', path, '', why] })),
  ];
  const text = lines.map((line) => `${line}\n`).join('');
  const table = rows.length === 0 ? '' : `\n${tableText(COLUMNS, rows)}`;
  return (
    text + table + (updates === undefined ? adviceText(checked, targets) : updatesText(updates))
  );
}

/** What to do about what is stale, or was edited. */
function adviceText(checked: readonly CheckedEntry[], targets: readonly string[]): string {
  const first = (outcome: CorpusOutcome): CheckedEntry | undefined =>
    checked.find(({ verdict }) => verdict.outcome === outcome);
  const stale = first('stale');
  const shown = stale ?? first('edited');
  if (shown === undefined) return '';
  const named = targets.filter((target) => target !== CORPUS_DEFAULT);
  const where = named.map((target) => ` ${shellWord(target)}`).join('');
  return [
    '',
    `  see for yourself     ${replayFileCommand(shown.path)}`,
    `  meant to change so   quorumlab corpus verify --update${where}`,
    // What somebody is at work on is not pruned.
    ...(stale === undefined
      ? []
      : [`  of no use any more   quorumlab corpus prune --stale${where}`]),
    '',
  ].join('\n');
}

function badge(corpus: CheckedCorpus): string {
  const { others } = accountOf('', corpus);
  const has = (outcome: CorpusOutcome) => others.some((other) => other.outcome === outcome);
  if (has('violated') || has('internal-error') || has('unreadable')) return paint.fail();
  if (has('stale') || has('edited')) return paint.stale();
  return others.length > 0 || corpus.left > 0 ? paint.unknown() : paint.pass();
}

function expectations(checked: readonly CheckedEntry[]): string {
  const failing = checked.filter(({ saved }) => expectedOf(saved) === 'fail').length;
  return `${failing} must fail · ${checked.length - failing} must pass`;
}

function hashes(checked: readonly CheckedEntry[]): string {
  const many = (hash: CheckedEntry['verdict']['hash']): number =>
    checked.filter(({ verdict }) => verdict.hash === hash).length;
  const facts: readonly (readonly [number, string])[] = [
    [many('same'), `${plural(many('same'), 'trace')} the same to the last bit`],
    [many('differs'), `${many('differs')} not the same`],
    [many('of-other-code'), `${many('of-other-code')} not compared: recorded by other code`],
    [many('not-compared'), `${many('not-compared')} without a trace to compare`],
  ];
  return facts.flatMap(([count, what]) => (count === 0 ? [] : [what])).join(', ');
}

/** What the entry is there to show. */
function shouldOf(saved: SavedFailure): string {
  if (expectedOf(saved) === 'pass') return 'pass';
  const { mutant } = saved.spec;
  return `fail with ${saved.signature}${mutant === undefined ? '' : `, as ${mutant}`}`;
}

function updatesText(updates: readonly Update[]): string {
  if (updates.length === 0) return '\n  nothing to record anew\n';
  const rows = updates.map(({ path, changes }) => ({ cells: [path, changes.join(' · ')] }));
  return `\n${tableText([{ head: 'RECORDED ANEW' }, { head: 'WHAT IS NEW' }], rows)}`;
}

function isUnexpected({ verdict }: CheckedEntry): boolean {
  return verdict.outcome !== 'as-expected';
}

function isNotIn(updates: readonly Update[]): (entry: CheckedEntry) => boolean {
  const updated = new Set(updates.map(({ from }) => from));
  return ({ path }) => !updated.has(path);
}

function asJson(corpus: CheckedCorpus, { foreign }: Corpus, updates: readonly Update[]): object {
  const { asExpected, entries } = accountOf('', corpus);
  return {
    entries: corpus.checked.map(({ path, saved, verdict, result }) => ({
      path,
      signature: saved.signature,
      expect: expectedOf(saved),
      mutant: saved.spec.mutant,
      ...verdict,
      traceHash: result?.traceHash,
    })),
    unreadable: corpus.unreadable,
    foreign,
    updates,
    total: entries,
    asExpected,
    notRun: corpus.left,
  };
}
