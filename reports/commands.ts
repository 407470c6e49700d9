/** The commands that bring a run or a campaign back, quoted for a POSIX shell. */
import type { CampaignResult, FailureGroup } from '../scenarios/campaign-types.ts';
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
  return commandLine('replay', `${scenario}@${seed}`, ...wordsOf(asked));
}

/** A run that was drawn with these simulation options. */
export function replayRunCommand(run: Pick<RunResult, 'spec'>, flags?: readonly string[]): string {
  const { scenario, seed, mutant } = run.spec;
  const asked = { ...(mutant === undefined ? {} : { mutant }), ...(flags && { flags }) };
  return replaySeedCommand(scenario, seed, asked);
}

/** A run of a campaign. */
interface Place {
  readonly scenario: string;
  readonly seed: string;
  readonly index?: number;
  /** A variation of an earlier run: scenario and seed do not bring it back. */
  readonly isVaried?: boolean;
}

/** A run of a campaign; a variation of an earlier run comes back with the campaign up to it. */
export function replayPlaceCommand(place: Place, asked: Asked | Repeatable): string {
  const { scenario, seed, index, isVaried } = place;
  if (isVaried !== true || index === undefined || !('baseSeed' in asked)) {
    return replaySeedCommand(scenario, seed, asked);
  }
  return repeatCommand({ ...asked, to: index + 1 });
}

/** A run in which a campaign found a failure of `oracle`. */
export function replayFailureCommand(
  { oracle }: { readonly oracle: string },
  place: Place,
  asked: Asked | Repeatable,
): string {
  const { flags = [] } = asked;
  const isTwice = oracle === DETERMINISM && !flags.includes(TWICE);
  return replayPlaceCommand(place, isTwice ? { ...asked, flags: [...flags, TWICE] } : asked);
}

/** The earliest failing run of a group. */
export function replayGroupCommand(
  group: Pick<FailureGroup, 'oracle' | 'seeds'>,
  example: Pick<RunResult, 'spec'>,
  asked: Asked | Repeatable,
): string {
  const [first] = group.seeds;
  return replayFailureCommand(group, first?.isVaried === true ? first : example.spec, asked);
}

/** The earliest failing run as it was before it was shrunk. */
export function replayOriginalCommand(
  group: Pick<FailureGroup, 'oracle' | 'seeds' | 'originalAs'>,
  example: Pick<RunResult, 'spec'>,
  asked: Asked | Repeatable,
  outDir?: string,
): string {
  const { originalAs } = group;
  if (originalAs !== undefined) return replaySavedCommand(originalAs, outDir);
  return replayGroupCommand(group, example, asked);
}

/** `quorumlab replay quorumlab-out/L-7f3a.json`: outlives changes of the scenario. */
export function replaySavedCommand(savedAs: string, outDir: string = OUT_DIR): string {
  return replayFileCommand(`${outDir}/${savedAs}`);
}

/** Runs what a file holds again. */
export function replayFileCommand(path: string): string {
  return commandLine('replay', path);
}

type Repeatable = Asked &
  Pick<
    CampaignResult,
    'scenarios' | 'protocol' | 'baseSeed' | 'from' | 'to' | 'strategy' | 'shards' | 'parts'
  >;

/**
 * Runs the campaign's seeds again, part by part where parts were guided apart; `selection` are the
 * words that select its scenarios.
 */
export function repeatCommand(
  campaign: Repeatable,
  selection: readonly string[] = campaign.scenarios,
): string {
  const { from, to, baseSeed, protocol, strategy, shards, parts } = campaign;
  if (parts !== undefined) {
    const { parts: _, shards: __, ...whole } = campaign;
    return parts.map((part) => repeatCommand({ ...whole, ...part }, selection)).join(' && ');
  }
  const seeds = from === 0 ? String(to) : `${from}..${to}`;
  const budget = ['--base-seed', baseSeed, '--seeds', seeds];
  // A strategy chooses among all scenarios of its protocols.
  const selected = strategy === undefined ? selection : protocol.split(',');
  const chosen = strategy === undefined ? [] : ['--strategy', strategy];
  const [shard, ...others] = shards?.held ?? [];
  const isOne = shards !== undefined && shard !== undefined && others.length === 0;
  const part = isOne ? ['--shard', `${shard + 1}/${shards.count}`] : [];
  return commandLine('fuzz', ...selected, ...wordsOf(campaign), ...chosen, ...budget, ...part);
}

function wordsOf({ mutant, flags = [] }: Asked): readonly string[] {
  return mutant === undefined ? flags : ['--mutant', mutant, ...flags];
}

/** `quorumlab` and these words, quoted where a shell would take one apart. */
export function commandLine(...words: readonly string[]): string {
  return ['quorumlab', ...words.map(shellWord)].join(' ');
}

/** Seeds may be any printable characters, so a word may need quotes. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
