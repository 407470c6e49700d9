/**
 * `npm run bench:hunt`: CPU-seconds and seeds to the detection of every planted bug by every
 * strategy, over several base seeds, to `docs/SCOREBOARD.md`. What has been measured is kept beside
 * it: a run that was interrupted goes on where it stopped.
 */
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { codeVersion } from '../cli/code-version.ts';
import { writeFileWhole } from '../cli/files.ts';
import type { StrategyName } from '../scenarios/campaign-types.ts';
import { type Strategy, strategies } from '../scenarios/strategies.ts';
import { hunt } from './hunt-one.ts';
import { HuntStore, type Measured } from './hunt-store.ts';
import { type Prey, preys, preysNamed } from './prey.ts';
import { cellText, type ScoreRow, scoreboardPage } from './scoreboard.ts';

const USAGE = `npm run bench:hunt -- [options]
  --only A,B       these mutants: ST-1, mp/ST-1, or mp for all of a protocol (default: all)
  --strategy A,B   these strategies (default: all)
  --bases N        base seeds of each cell (default 5)
  --cap SECONDS    a hunt gives up after so many CPU-seconds (default 60)
  --fresh          forget what was measured before
`;
const DOCS = new URL('../../docs/', import.meta.url);
const RESULTS = fileURLToPath(new URL('scoreboard.json', DOCS));
const PAGE = fileURLToPath(new URL('SCOREBOARD.md', DOCS));
const WARM_UP_SECONDS = 1;

interface Asked {
  readonly preys: readonly Prey[];
  readonly strategies: readonly Strategy[];
  readonly bases: number;
  readonly cap: number;
  readonly isFresh: boolean;
}

function main(): void {
  const asked = readArguments();
  const store = new HuntStore(RESULTS);
  const code = codeVersion();
  store.keep((other) => other === code && !asked.isFresh);
  const warm = new Set<string>();
  const total = asked.preys.length * asked.strategies.length;
  let done = 0;
  for (const prey of asked.preys) {
    for (const { name } of asked.strategies) {
      const hunts = baseSeeds(asked.bases).map((baseSeed) => {
        const cell = { mutant: prey.name, strategy: name, baseSeed, code };
        const known = store.get(cell, asked.cap);
        if (known !== undefined) return known;
        if (!warm.has(prey.protocol)) warmUp(prey.protocol);
        warm.add(prey.protocol);
        const measured = measure(prey, name, baseSeed, asked.cap);
        store.set(cell, measured);
        return measured;
      });
      done += 1;
      const text = `${prey.name} ${name}: ${cellText(hunts, asked.cap)}`;
      process.stderr.write(`${done}/${total}  ${text}\n`);
    }
  }
  writeFileWhole(PAGE, pageOf(store, code, asked));
  process.stdout.write(`${PAGE}\n`);
}

function readArguments(): Asked {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      strategy: { type: 'string' },
      bases: { type: 'string', default: '5' },
      cap: { type: 'string', default: '60' },
      fresh: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    process.exit(0);
  }
  return {
    preys: values.only === undefined ? preys : values.only.split(',').flatMap(preysOrFail),
    strategies: strategiesNamed(values.strategy),
    bases: numberOf(values.bases, '--bases'),
    cap: numberOf(values.cap, '--cap'),
    isFresh: values.fresh,
  };
}

function preysOrFail(word: string): readonly Prey[] {
  const found = preysNamed(word);
  if (found.length > 0) return found;
  return fail(`there is no mutant ${word}; there are ${preys.map(({ name }) => name).join(', ')}`);
}

/** Those that the text lists, or all. */
function strategiesNamed(text: string | undefined): readonly Strategy[] {
  if (text === undefined) return strategies;
  return text.split(',').map((word) => {
    const found = strategies.find(({ name }) => name === word.toLowerCase());
    if (found !== undefined) return found;
    const names = strategies.map(({ name }) => name).join(', ');
    return fail(`there is no strategy ${word}; there are ${names}`);
  });
}

function numberOf(text: string, option: string): number {
  const value = Number(text);
  return value > 0 && Number.isFinite(value) ? value : fail(`${option} takes a number above 0`);
}

function fail(message: string): never {
  process.stderr.write(`bench:hunt: ${message}\n${USAGE}`);
  process.exit(2);
}

function baseSeeds(count: number): readonly string[] {
  return Array.from({ length: count }, (_, base) => `base-${base}`);
}

/** The machine's caches and the engine's compiler know the code before its first cell. */
function warmUp(protocol: string): void {
  hunt({ protocol, strategy: 'mix', baseSeed: 'warm-up', cap: WARM_UP_SECONDS });
}

function measure(
  { mutant, protocol }: Prey,
  strategy: StrategyName,
  baseSeed: string,
  cap: number,
): Measured {
  const hunted = hunt({ protocol, mutant: mutant.id, strategy, baseSeed, cap });
  return { ...hunted, cpuSeconds: Number(hunted.cpuSeconds.toFixed(3)), cap };
}

/** All that is known of this code, whatever was asked for this time. */
function pageOf(store: HuntStore, code: string, { bases, cap }: Asked): string {
  const rows = preys.flatMap(({ mutant, protocol, name: prey }): ScoreRow[] => {
    const hunts = new Map<string, readonly Measured[]>();
    for (const { name } of strategies) {
      const known = baseSeeds(bases).flatMap(
        (baseSeed) => store.get({ mutant: prey, strategy: name, baseSeed, code }, cap) ?? [],
      );
      if (known.length > 0) hunts.set(name, known);
    }
    return hunts.size === 0 ? [] : [{ mutant, protocol, hunts }];
  });
  const shown = strategies.filter(({ name }) => rows.some(({ hunts }) => hunts.has(name)));
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}`;
  const measuredOn = `${machine}, Node ${process.version}, code ${code}`;
  return scoreboardPage({ rows, strategies: shown, bases, cap, measuredOn });
}

main();
