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
import { mutants } from '../protocols/index.ts';
import type { StrategyName } from '../scenarios/campaign-types.ts';
import { type Strategy, strategies } from '../scenarios/strategies.ts';
import type { Mutant } from '../sim/contract.ts';
import { hunt } from './hunt-one.ts';
import { HuntStore, type Measured } from './hunt-store.ts';
import { cellText, type ScoreRow, scoreboardPage } from './scoreboard.ts';

const USAGE = `npm run bench:hunt -- [options]
  --only A,B       these mutants (default: all)
  --strategy A,B   these strategies (default: all)
  --bases N        base seeds of each cell (default 5)
  --cap SECONDS    a hunt gives up after so many CPU-seconds (default 60)
  --fresh          forget what was measured before
`;
const DOCS = new URL('../../docs/', import.meta.url);
const RESULTS = fileURLToPath(new URL('scoreboard.json', DOCS));
const PAGE = fileURLToPath(new URL('SCOREBOARD.md', DOCS));
const WARM_UP_SECONDS = 1;
/** What breaks no protocol in particular is hunted in this one. */
const HOME = 'vr';

interface Asked {
  readonly mutants: readonly Mutant[];
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
  let isWarm = false;
  const total = asked.mutants.length * asked.strategies.length;
  let done = 0;
  for (const mutant of asked.mutants) {
    for (const { name } of asked.strategies) {
      const hunts = baseSeeds(asked.bases).map((baseSeed) => {
        const cell = { mutant: mutant.id, strategy: name, baseSeed, code };
        const known = store.get(cell, asked.cap);
        if (known !== undefined) return known;
        if (!isWarm) warmUp();
        isWarm = true;
        const measured = measure(mutant, name, baseSeed, asked.cap);
        store.set(cell, measured);
        return measured;
      });
      done += 1;
      const text = `${mutant.id} ${name}: ${cellText(hunts, asked.cap)}`;
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
    mutants: named(mutants, ({ id }) => id, values.only, 'mutant'),
    strategies: named(strategies, ({ name }) => name, values.strategy, 'strategy'),
    bases: numberOf(values.bases, '--bases'),
    cap: numberOf(values.cap, '--cap'),
    isFresh: values.fresh,
  };
}

/** Those that the text lists, or all. */
function named<T>(
  all: readonly T[],
  nameOf: (each: T) => string,
  text: string | undefined,
  what: string,
): readonly T[] {
  if (text === undefined) return all;
  return text.split(',').map((name) => {
    const found = all.find((each) => nameOf(each).toLowerCase() === name.toLowerCase());
    if (found !== undefined) return found;
    return fail(`there is no ${what} ${name}; there are ${all.map(nameOf).join(', ')}`);
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

/** The machine's caches and the engine's compiler know the code before the first cell. */
function warmUp(): void {
  hunt({ protocol: HOME, strategy: 'mix', baseSeed: 'warm-up', cap: WARM_UP_SECONDS });
}

function measure(mutant: Mutant, strategy: StrategyName, baseSeed: string, cap: number): Measured {
  const protocol = mutant.protocol ?? HOME;
  const hunted = hunt({ protocol, mutant: mutant.id, strategy, baseSeed, cap });
  return { ...hunted, cpuSeconds: Number(hunted.cpuSeconds.toFixed(3)), cap };
}

/** All that is known of this code, whatever was asked for this time. */
function pageOf(store: HuntStore, code: string, { bases, cap }: Asked): string {
  const rows = mutants.flatMap((mutant): ScoreRow[] => {
    const hunts = new Map<string, readonly Measured[]>();
    for (const { name } of strategies) {
      const known = baseSeeds(bases).flatMap(
        (baseSeed) => store.get({ mutant: mutant.id, strategy: name, baseSeed, code }, cap) ?? [],
      );
      if (known.length > 0) hunts.set(name, known);
    }
    return hunts.size === 0 ? [] : [{ mutant, protocol: mutant.protocol ?? HOME, hunts }];
  });
  const shown = strategies.filter(({ name }) => rows.some(({ hunts }) => hunts.has(name)));
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}`;
  const measuredOn = `${machine}, Node ${process.version}, code ${code}`;
  return scoreboardPage({ rows, strategies: shown, bases, cap, measuredOn });
}

main();
