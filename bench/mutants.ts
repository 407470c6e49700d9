/**
 * `npm run bench:mutants`: how long each planted bug takes to find, as a campaign of `fuzz vr` on
 * one job would: seeds and CPU-seconds to the first failure, over several base seeds, as a Markdown
 * table. Options: `--bases N`, `--cap SECONDS`, `--json`, and ids of mutants to run only those.
 */

import { engineFor } from '../cli/engine.ts';
import { mutants } from '../protocols/index.ts';
import type { CampaignRequest } from '../scenarios/campaign.ts';
import { runAt } from '../scenarios/campaign-index.ts';
import { firstFailure, judge } from '../scenarios/campaign-run.ts';
import { findScenarios } from '../scenarios/catalogue/index.ts';

const MICROS_PER_SECOND = 1_000_000;
const WARM_UP_SECONDS = 1;
const DETERMINISM_SAMPLE = 64;
const PROTOCOL = 'vr';

interface Hunt {
  readonly seeds: number;
  readonly cpuSeconds: number;
  /** Oracle, with the invariant where there is one; undefined if the cap came first. */
  readonly oracle: string | undefined;
}

interface Row {
  readonly mutant: string;
  readonly difficulty: string;
  readonly summary: string;
  readonly hunts: readonly Hunt[];
}

function main(): void {
  const { bases, cap, isJson, only } = readArguments(process.argv.slice(2));
  hunt(undefined, 'warm-up', WARM_UP_SECONDS);
  const rows: Row[] = [];
  for (const { id, difficulty, summary } of mutants) {
    if (only.length > 0 && !only.includes(id)) continue;
    const hunts = Array.from({ length: bases }, (_, base) => hunt(id, `base-${base}`, cap));
    rows.push({ mutant: id, difficulty, summary, hunts });
    process.stderr.write(`${id}: ${hunts.map((each) => each.cpuSeconds.toFixed(2)).join(' ')}\n`);
  }
  process.stdout.write(isJson ? `${JSON.stringify(rows, null, 2)}\n` : markdown(rows, cap));
}

function readArguments(words: readonly string[]): {
  bases: number;
  cap: number;
  isJson: boolean;
  only: string[];
} {
  const valueAfter = (name: string, fallback: number): number => {
    const at = words.indexOf(name);
    return at < 0 ? fallback : Number(words[at + 1]);
  };
  return {
    bases: valueAfter('--bases', 5),
    cap: valueAfter('--cap', 60),
    isJson: words.includes('--json'),
    only: words.filter((word) => mutants.some(({ id }) => id === word)),
  };
}

/** Runs indices 0, 1, … until one fails or `cap` CPU-seconds are spent. */
function hunt(mutant: string | undefined, baseSeed: string, cap: number): Hunt {
  const settings = mutant === undefined ? {} : { mutant };
  const engine = engineFor(settings);
  const campaign: CampaignRequest = {
    scenarios: findScenarios(PROTOCOL).map(({ id }) => id),
    baseSeed,
    settings,
    determinism: false,
  };
  const before = process.cpuUsage();
  const spent = (): number => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / MICROS_PER_SECOND;
  };
  for (let index = 0; ; index++) {
    const { scenario, seed } = runAt(campaign, index);
    const twice = index % DETERMINISM_SAMPLE === 0;
    const failure = firstFailure(judge(engine, engine.draw(scenario, seed), { twice }));
    const cpuSeconds = spent();
    if (failure !== undefined) {
      const { oracle, invariant } = failure;
      const name = invariant === undefined ? oracle : `${oracle} (${invariant})`;
      return { seeds: index + 1, cpuSeconds, oracle: name };
    }
    if (cpuSeconds > cap) return { seeds: index + 1, cpuSeconds, oracle: undefined };
  }
}

function markdown(rows: readonly Row[], cap: number): string {
  const lines = [
    '| mutant | what is wrong | class | found by | seeds | CPU-seconds | range |',
    '|---|---|---|---|---:|---:|---|',
    ...rows.map((row) => line(row, cap)),
  ];
  return `${lines.join('\n')}\n`;
}

function line({ mutant, difficulty, summary, hunts }: Row, cap: number): string {
  const seconds = hunts.map((each) => each.cpuSeconds);
  const names = [...new Set(hunts.map(({ oracle }) => oracle ?? `not within ${cap} s`))];
  const cells = [
    mutant,
    summary,
    difficulty,
    names.join('; '),
    String(median(hunts.map(({ seeds }) => seeds))),
    median(seconds).toFixed(2),
    `${Math.min(...seconds).toFixed(2)}–${Math.max(...seconds).toFixed(2)}`,
  ];
  return `| ${cells.join(' | ')} |`;
}

function median(values: readonly number[]): number {
  const sorted = values.slice().sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}

main();
