/** Commands as they are printed, with the simulation options that a seed alone does not hold. */
import type { CampaignResult } from '../scenarios/campaign-types.ts';
import { shortSelection } from './selection.ts';

/** Runs the same indices of the same campaign again. */
export function repeatCommand(campaign: CampaignResult): string {
  const { from, to, scenarios, baseSeed, mutant, flags = [] } = campaign;
  const seeds = from === 0 ? String(to) : `${from}..${to}`;
  const options = [...mutantWords(mutant), ...flags, '--base-seed', baseSeed, '--seeds', seeds];
  return command('fuzz', ...shortSelection(scenarios), ...options);
}

/** Draws and runs one seed again. */
export function replayCommand(
  scenario: string,
  seed: string,
  mutant: string | undefined,
  flags: readonly string[],
): string {
  return command('replay', `${scenario}@${seed}`, ...mutantWords(mutant), ...flags);
}

/** Runs what a file holds again. */
export function replayFileCommand(path: string): string {
  return command('replay', path);
}

function mutantWords(mutant: string | undefined): readonly string[] {
  return mutant === undefined ? [] : ['--mutant', mutant];
}

function command(...words: readonly string[]): string {
  return ['quorumlab', ...words.map(shellWord)].join(' ');
}

/** Quoted for a POSIX shell, so that pasting works whatever characters a seed has. */
function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
