/** `quorumlab corpus add`: runs what is given, and keeps it with what it has shown. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { visible } from '../reports/lines.ts';
import { oracleName } from '../reports/words.ts';
import { firstFailure } from '../scenarios/campaign-run.ts';
import type { RunResult } from '../scenarios/spec.ts';
import { hex32 } from '../sim/mixing.ts';
import { digest } from '../sim/plain.ts';
import {
  CORPUS_DEFAULT,
  type CorpusEntry,
  freePath,
  readCorpus,
  rewrite,
} from './corpus-folder.ts';
import { missingIn } from './corpus-verdict.ts';
import { EXIT, type ExitCode, InputError, severest } from './exit.ts';
import { assertWritableFolder, folderNamed, writeFileWhole } from './files.ts';
import type { Given } from './given.ts';
import { paint } from './paint.ts';
import { readTarget, runTarget, type Target } from './replay-target.ts';
import { exitOfRun } from './run-output.ts';
import {
  type Blame,
  blameOf,
  blameOfRun,
  type Expected,
  FAILURE_FORMAT,
  failureText,
  recordOf,
  type SavedFailure,
  SITUATION,
} from './saved-failure.ts';
import { today } from './today.ts';
import { version } from './version.ts';

const EXPECTED: readonly Expected[] = ['pass', 'fail'];

interface AddSettings {
  readonly expect: Expected | undefined;
  readonly note: string | undefined;
  readonly folder: string;
  readonly isForced: boolean;
  /** The day, as new entries have it. */
  readonly today: string;
}

/** What became of one target; what `--json` prints. */
interface Added {
  readonly target: string;
  readonly action: 'added' | 'replaced' | 'unchanged';
  readonly path: string;
  readonly signature: string;
  readonly expect: Expected;
  /** What to know about it, in one sentence without its full stop. */
  readonly shows: string;
}

export async function corpusAddCommand(given: Given): Promise<ExitCode> {
  const settings: AddSettings = {
    expect: given.choice('expect', EXPECTED),
    note: given.word('note'),
    folder: folderNamed(given.word('dir') ?? CORPUS_DEFAULT),
    isForced: given.flag('force'),
    today: today(),
  };
  assertWritableFolder(settings.folder);
  const codes: ExitCode[] = [];
  for (const name of given.words('target')) {
    try {
      tell(add(targetNamed(name, given), settings), given.flag('json'));
    } catch (error) {
      if (!(error instanceof Refusal || error instanceof InputError)) throw error;
      // One that cannot be kept must not cost the others.
      process.stderr.write(`quorumlab: ${visible(error.message)}\n`);
      codes.push(error instanceof Refusal ? error.exitCode : EXIT.usage);
    }
  }
  return severest(codes);
}

/** What could be run, but is not kept as it was asked to be. */
class Refusal extends Error {
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = EXIT.usage) {
    super(message);
    this.exitCode = exitCode;
  }
}

function targetNamed(name: string, given: Given): Target {
  if (statSync(name, { throwIfNoEntry: false })?.isDirectory() === true) {
    throw new InputError(`${name} is a folder: name its files, such as ${name}/*.json`);
  }
  return readTarget(name, given);
}

function add(target: Target, settings: AddSettings): Added {
  const result = runTarget(target);
  const saved = entryOf(target, result, settings);
  const there = sameIn(settings.folder, saved);
  const told = {
    target: target.name,
    signature: saved.signature,
    expect: saved.expect ?? 'fail',
    shows: shownBy(saved, result),
  };
  if (there === undefined) {
    const path = freePath(join(settings.folder, saved.spec.protocol), saved.signature);
    writeFileWhole(path, failureText(saved));
    return { ...told, action: 'added', path };
  }
  const difference = differenceOf(there, saved);
  if (difference === undefined) return { ...told, action: 'unchanged', path: there.path };
  if (!settings.isForced) {
    throw new Refusal(
      `${target.name}: not added: ${there.path} is the same run with ${difference}; ` +
        '--force replaces it',
    );
  }
  return { ...told, action: 'replaced', path: rewrite(there, saved) };
}

/** The entry that the target becomes. Throws a Refusal for one that would show nothing. */
function entryOf(target: Target, result: RunResult, settings: AddSettings): SavedFailure {
  const { name, saved: earlier } = target;
  if (result.verdict === 'inconclusive') {
    const reasons = result.inconclusive.join('; ');
    throw new Refusal(`${name}: not added: it came to no verdict: ${reasons}`, exitOfRun(result));
  }
  const failure = firstFailure(result);
  const isPlanted = result.spec.mutant !== undefined;
  const expect = settings.expect ?? target.expect ?? (isPlanted ? 'fail' : 'pass');
  if (expect === 'fail' && failure === undefined) {
    throw new Refusal(`${name}: not added: it passes, and what is kept to fail has to fail`);
  }
  const note = settings.note ?? earlier?.note;
  const { invariant: _invariant, ...kept } = earlier ?? {};
  return {
    ...kept,
    format: FAILURE_FORMAT,
    ...(failure === undefined
      ? blameOfPassing(target, note)
      : blameOfRun(failure, result, earlier)),
    expect,
    ...(note === undefined ? {} : { note }),
    found: earlier?.found ?? { command: target.replay, version: version(), date: settings.today },
    ...recordOf(result),
    ...(failure === undefined ? discoveryOf(target, result, settings) : {}),
    spec: result.spec,
  };
}

/** What passes now goes on to be known by what it failed with when it was found. */
function blameOfPassing({ saved, spec }: Target, note: string | undefined): Blame {
  if (saved !== undefined) return blameOf(saved);
  return {
    signature: `R-${hex32(digest(spec)).slice(0, 4)}`,
    oracle: SITUATION,
    message: note ?? 'a situation to get through; it was never seen to fail',
  };
}

/** What a failure reached when it was found is what its entry has to go on reaching. */
function discoveryOf(
  { name, saved }: Target,
  result: RunResult,
  { isForced }: AddSettings,
): Pick<SavedFailure, 'marks' | 'fired'> {
  if (saved === undefined || isForced) return {};
  const missing = missingIn(saved, result);
  if (missing.length > 0) {
    throw new Refusal(
      `${name}: not added: it passes, but no longer shows what was found: ${missing.join('; ')}; ` +
        '--force keeps it for what it shows now',
      EXIT.stale,
    );
  }
  const { marks, fired } = saved;
  return { ...(marks === undefined ? {} : { marks }), ...(fired === undefined ? {} : { fired }) };
}

/** The entry of the same run, if there is one. */
function sameIn(folder: string, { spec }: SavedFailure): CorpusEntry | undefined {
  return readCorpus([folder]).entries.find((entry) => isDeepStrictEqual(entry.saved.spec, spec));
}

/** In what the entry that is there differs, as far as it matters; undefined if in nothing. */
function differenceOf(
  { saved: there, isEdited }: CorpusEntry,
  saved: SavedFailure,
): string | undefined {
  if (isEdited === true) return 'a record from before it was edited';
  if (there.expect !== saved.expect) return `expect: ${there.expect ?? 'not said'}`;
  if (there.signature !== saved.signature) return `signature ${there.signature}`;
  if (there.note !== saved.note) return there.note === undefined ? 'no note' : 'another note';
  return undefined;
}

function shownBy(saved: SavedFailure, result: RunResult): string {
  const { mutant } = saved.spec;
  const against = mutant === undefined ? '' : ` against ${mutant}`;
  if (result.verdict === 'passed') return `passes${against}`;
  const what = `fails with ${saved.signature} (${oracleName(saved)})${against}`;
  return saved.expect === 'fail' ? what : `${what}; corpus verify objects until that is mended`;
}

function tell(added: Added, isJson: boolean): void {
  const { action, path, shows } = added;
  const text = `${action.padEnd('unchanged'.length)}  ${paint.strong(path)}  ${shows}`;
  process.stdout.write(`${isJson ? JSON.stringify(added) : text}\n`);
}
