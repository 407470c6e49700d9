/**
 * `npm run bench:shrink`: what is left of a failure of each planted bug, and how long that takes,
 * as a Markdown table with medians below it. Each failure is found by a hunt of its own. Options:
 * `--bases N`, `--seeds MAX` of one hunt, and mutants to shrink only theirs (`ST-1`, `mp`).
 */
import { engineFor } from '../cli/engine.ts';
import { runBatch } from '../scenarios/campaign.ts';
import { findScenarios } from '../scenarios/catalogue/index.ts';
import type { CaseSize, Tally } from '../scenarios/shrink/account.ts';
import { type Shrunk, shrink } from '../scenarios/shrink/shrink.ts';
import type { Failure, RunSpec } from '../scenarios/spec.ts';
import type { Plan } from '../sim/plan.ts';
import { type Prey, preys, preysNamed } from './prey.ts';

const MICROS_PER_SECOND = 1_000_000;
const BASES = 3;
const SEEDS_MAX = 6_000;

interface Found {
  readonly failure: Failure;
  readonly spec: RunSpec & { readonly plan: Plan };
}

interface Row {
  readonly mutant: string;
  readonly target: string;
  readonly cpuSeconds: number;
  readonly shrunk: Shrunk;
}

function main(): void {
  const { bases, seeds, only } = readArguments(process.argv.slice(2));
  const rows: Row[] = [];
  process.stdout.write(HEAD);
  for (const prey of only.length > 0 ? only : preys) {
    for (let base = 0; base < bases; base++) {
      const found = hunt(prey, `base-${base}`, seeds);
      const row = found === undefined ? undefined : shrinkFound(prey.name, found);
      process.stdout.write(row === undefined ? `| ${prey.name} | not found |\n` : line(row));
      if (row !== undefined) rows.push(row);
    }
  }
  process.stdout.write(`\n${medians(rows)}\n`);
}

function readArguments(words: readonly string[]): {
  bases: number;
  seeds: number;
  only: Prey[];
} {
  const valueAfter = (name: string, fallback: number): number => {
    const at = words.indexOf(name);
    return at < 0 ? fallback : Number(words[at + 1]);
  };
  return {
    bases: valueAfter('--bases', BASES),
    seeds: valueAfter('--seeds', SEEDS_MAX),
    only: words.flatMap(preysNamed),
  };
}

/** The first failure among so many seeds of all scenarios. */
function hunt({ mutant, protocol }: Prey, baseSeed: string, seeds: number): Found | undefined {
  const settings = { mutant: mutant.id };
  const scenarios = findScenarios(protocol).map(({ id }) => id);
  const campaign = { scenarios, baseSeed, settings, determinism: false };
  for (let from = 0; from < seeds; from++) {
    const batch = runBatch(engineFor(settings), { campaign, from, to: from + 1 });
    const [group] = batch.groups;
    if (group !== undefined) return { failure: group.failure, spec: group.example.spec };
  }
  return undefined;
}

function shrinkFound(mutant: string, { failure, spec }: Found): Row | undefined {
  const { oracle, invariant } = failure;
  const target = { oracle, ...(invariant === undefined ? {} : { invariant }) };
  const before = process.cpuUsage();
  const shrunk = shrink(engineFor({}), { spec, target });
  const { user, system } = process.cpuUsage(before);
  if (shrunk.kind === 'not-shrunk') {
    process.stderr.write(`${mutant}: ${oracle}: not shrunk: ${shrunk.reason}\n`);
    return undefined;
  }
  const cpuSeconds = (user + system) / MICROS_PER_SECOND;
  return { mutant, target: invariant ?? oracle, cpuSeconds, shrunk };
}

const HEAD = [
  '| mutant | fails by | events | nodes | faults | operations | fates | runs | CPU-seconds |',
  '|---|---|---|---|---|---|---|---:|---:|',
  '',
].join('\n');

function line({ mutant, target, cpuSeconds, shrunk }: Row): string {
  const { from, to, network, runs, isMinimal } = shrunk.account;
  const change = (of: (size: CaseSize) => number): string => `${of(from)} → ${of(to)}`;
  const cells = [
    mutant,
    target,
    change(({ events }) => events),
    change(({ replicas }) => replicas),
    change(({ faults }) => total(faults)),
    change(({ operations }) => total(operations)),
    network.kind === 'explicit' ? network.fates : network.kind,
    isMinimal ? runs : `${runs}, cut short`,
    cpuSeconds.toFixed(2),
  ];
  return `| ${cells.join(' | ')} |\n`;
}

function medians(rows: readonly Row[]): string {
  const of = (value: (row: Row) => number): number => median(rows.map(value));
  const left = ({ shrunk }: Row): CaseSize => shrunk.account.to;
  return [
    `medians of ${rows.length} failures: ${of((row) => left(row).events)} events`,
    `${of((row) => left(row).replicas)} nodes`,
    `${of((row) => total(left(row).faults))} faults`,
    `${of((row) => total(left(row).operations))} operations`,
    `${of(({ shrunk }) => shrunk.account.runs)} runs`,
    `${of(({ cpuSeconds }) => cpuSeconds).toFixed(2)} CPU-seconds; ` +
      `the longest took ${Math.max(...rows.map(({ cpuSeconds }) => cpuSeconds)).toFixed(2)}`,
  ].join(', ');
}

function total(tally: Tally): number {
  return Object.values(tally).reduce((sum, count) => sum + count, 0);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

main();
