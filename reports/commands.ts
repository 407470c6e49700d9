/** The commands that bring a run or a campaign back, quoted for a POSIX shell. */
import type { CampaignResult } from '../scenarios/campaign-types.ts';
import type { RunResult } from '../scenarios/spec.ts';

/** Where the command line writes by default; relative paths in reports start here. */
export const OUT_DIR = 'quorumlab-out';

/** `quorumlab replay vr/partitions@0x9c41f0 --mutant VR-3`. */
export function replaySeedCommand(scenario: string, seed: string, mutant?: string): string {
  return command('replay', `${scenario}@${seed}`, ...mutantFlag(mutant));
}

export function replayRunCommand(run: Pick<RunResult, 'spec'>): string {
  return replaySeedCommand(run.spec.scenario, run.spec.seed, run.spec.mutant);
}

/** `quorumlab replay quorumlab-out/L-7f3a.json`: outlives changes of the scenario. */
export function replaySavedCommand(savedAs: string, outDir: string = OUT_DIR): string {
  return command('replay', `${outDir}/${savedAs}`);
}

type Repeatable = Pick<CampaignResult, 'scenarios' | 'baseSeed' | 'from' | 'to'> & {
  readonly mutant?: string;
};

/** Runs the campaign's seeds again. */
export function repeatCommand(campaign: Repeatable): string {
  const isFromStart = campaign.from === 0;
  const seeds = isFromStart ? String(campaign.to) : `${campaign.from}..${campaign.to}`;
  return command(
    'fuzz',
    ...campaign.scenarios,
    ...mutantFlag(campaign.mutant),
    '--base-seed',
    campaign.baseSeed,
    '--seeds',
    seeds,
  );
}

function mutantFlag(mutant: string | undefined): readonly string[] {
  return mutant === undefined ? [] : ['--mutant', mutant];
}

function command(...words: readonly string[]): string {
  return ['quorumlab', ...words.map(shellWord)].join(' ');
}

/** Seeds may be any printable characters, so a word may need quotes. */
function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
