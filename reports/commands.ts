/** The commands that bring a run or a campaign back, quoted for a POSIX shell. */
import type { CampaignResult } from '../scenarios/campaign-types.ts';
import type { RunResult } from '../scenarios/spec.ts';

/** Where the command line writes by default; relative paths in reports start here. */
export const OUT_DIR = 'quorumlab-out';

/** The oracle whose verdict takes a second run of the same seed. */
const DETERMINISM = 'determinism';
const TWICE = '--determinism';

/** What was asked for besides the seed: a seed drawn without it is another run. */
export interface Asked {
  readonly mutant?: string;
  /** Simulation options as command-line words: `--nodes`, `5`. */
  readonly flags?: readonly string[];
}

/** `quorumlab replay vr/partitions@0x9c41f0 --mutant VR-3 --nodes 5`. */
export function replaySeedCommand(scenario: string, seed: string, asked: Asked = {}): string {
  return command('replay', `${scenario}@${seed}`, ...wordsOf(asked));
}

/** A run that was drawn with these simulation options. */
export function replayRunCommand(run: Pick<RunResult, 'spec'>, flags?: readonly string[]): string {
  const { scenario, seed, mutant } = run.spec;
  const asked = { ...(mutant === undefined ? {} : { mutant }), ...(flags && { flags }) };
  return replaySeedCommand(scenario, seed, asked);
}

/** A seed in which a campaign found a failure of `oracle`. */
export function replayFailureCommand(
  { oracle }: { readonly oracle: string },
  { scenario, seed }: { readonly scenario: string; readonly seed: string },
  asked: Asked,
): string {
  const { flags = [] } = asked;
  const isTwice = oracle === DETERMINISM && !flags.includes(TWICE);
  return replaySeedCommand(
    scenario,
    seed,
    isTwice ? { ...asked, flags: [...flags, TWICE] } : asked,
  );
}

/** `quorumlab replay quorumlab-out/L-7f3a.json`: outlives changes of the scenario. */
export function replaySavedCommand(savedAs: string, outDir: string = OUT_DIR): string {
  return replayFileCommand(`${outDir}/${savedAs}`);
}

/** Runs what a file holds again. */
export function replayFileCommand(path: string): string {
  return command('replay', path);
}

type Repeatable = Asked & Pick<CampaignResult, 'scenarios' | 'baseSeed' | 'from' | 'to'>;

/** Runs the campaign's seeds again; `selection` are words that select its scenarios. */
export function repeatCommand(
  campaign: Repeatable,
  selection: readonly string[] = campaign.scenarios,
): string {
  const { from, to, baseSeed } = campaign;
  const seeds = from === 0 ? String(to) : `${from}..${to}`;
  const budget = ['--base-seed', baseSeed, '--seeds', seeds];
  return command('fuzz', ...selection, ...wordsOf(campaign), ...budget);
}

function wordsOf({ mutant, flags = [] }: Asked): readonly string[] {
  return mutant === undefined ? flags : ['--mutant', mutant, ...flags];
}

function command(...words: readonly string[]): string {
  return ['quorumlab', ...words.map(shellWord)].join(' ');
}

/** Seeds may be any printable characters, so a word may need quotes. */
function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
