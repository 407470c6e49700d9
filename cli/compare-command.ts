/** `quorumlab compare`: several protocols in the same worlds, side by side. */
import { availableParallelism } from 'node:os';
import { comparisonText } from '../reports/comparison-text.ts';
import { plural } from '../reports/words.ts';
import { SpecError } from '../scenarios/assemble.ts';
import { scenarios } from '../scenarios/catalogue/index.ts';
import type { ComparisonResult } from '../scenarios/compare/compared.ts';
import { comparisonOf } from '../scenarios/compare/comparison.ts';
import type { Contender } from '../scenarios/compare/contender.ts';
import type { ComparisonRequest } from '../scenarios/compare/request.ts';
import { placedSeed } from '../scenarios/compare/run-seed.ts';
import { run } from '../scenarios/run.ts';
import { type DrivenComparison, driveComparison } from './compare-driver.ts';
import { saveComparedFailures } from './compared-failures.ts';
import { compareCommandLine, writeComparisonReport } from './comparison-report.ts';
import { contendersOf, contendersWith, takingPart } from './contenders.ts';
import { NO_CAMPAIGN } from './corpus-runner.ts';
import { CountProgress } from './count-progress.ts';
import { EXIT, type ExitCode, exitOfOracle, InputError, severest } from './exit.ts';
import { assertWritableFile, folderNamed } from './files.ts';
import { drawnSeed } from './fuzz-command.ts';
import type { Given } from './given.ts';
import { type Interrupt, listenForInterrupt } from './interrupt.ts';
import { RUN_MS_DEFAULT } from './limits.ts';
import { paint } from './paint.ts';
import { WorkerPool } from './pool.ts';
import type { IndexRange } from './quantities.ts';
import { drawSettings, simulationWords } from './selection.ts';

const SEEDS_DEFAULT = 100;
const JOBS_MAX = 1024;
/** Worlds differ in how many servers there are: one in nine is the rarest number. */
const LOOKED_AT = 100;
const HTML_DEFAULT = 'quorumlab-out/compare.html';
/** Where standard output is no terminal. */
const WIDTH_ELSEWHERE = 120;

interface ComparePlan {
  readonly request: ComparisonRequest;
  readonly range: IndexRange;
  readonly jobs: number;
  readonly timeoutMs: number;
  readonly outDir: string;
  /** Where the report goes, if one is wanted, and which seed it shows in full. */
  readonly html: string | undefined;
  readonly show: number | undefined;
  readonly isJson: boolean;
  readonly words: readonly string[];
}

export async function compareCommand(given: Given): Promise<ExitCode> {
  const plan = planOf(given);
  const interrupt = listenForInterrupt();
  const driven = await drive(plan, interrupt);
  const { request, range, words, outDir } = plan;
  const collected = { ...range, ...driven, flags: words };
  const unsaved = comparisonOf(scenarios, request, collected);
  const result = saveComparedFailures(unsaved, driven.seeds, outDir);
  const { html, show } = plan;
  if (html !== undefined) await writeComparisonReport(html, { request, result, show, outDir });
  if (plan.isJson) process.stdout.write(`${JSON.stringify(result)}\n`);
  else {
    const width = process.stdout.columns ?? WIDTH_ELSEWHERE;
    const text = comparisonText(result, { width, paint, outDir });
    const report = html === undefined ? '' : ` report   ${html}\n`;
    process.stdout.write(`${text} repeat   ${compareCommandLine(result)}\n${report}`);
  }
  interrupt.release();
  if (driven.broken !== undefined) throw new Error(driven.broken);
  return interrupt.exitCode() ?? exitCodeOf(result);
}

function exitCodeOf({ failures, inconclusive }: ComparisonResult): ExitCode {
  const codes = failures.map(({ failure }) => exitOfOracle(failure.oracle));
  return severest(inconclusive.length > 0 ? [...codes, EXIT.inconclusive] : codes);
}

function planOf(given: Given): ComparePlan {
  const names = [...new Set(given.words('name'))];
  const words = given.list('protocol');
  if (words === undefined) {
    throw new InputError('compare needs to know whom: --protocol vr,mp, say');
  }
  const tell = (text: string): void => void process.stderr.write(`quorumlab: ${text}\n`);
  const contenders = contendersWith(names, contendersOf(words), tell);
  const chosen = new Set(contenders.map(({ protocol }) => protocol));
  const selected = scenarios.filter(
    ({ name, protocol }) => names.includes(name) && chosen.has(protocol),
  );
  const { options = {}, ...settings } = drawSettings(given, selected);
  const wish: ComparisonRequest = {
    names,
    contenders: contenders.map((each) => ({ ...each, options: { ...options, ...each.options } })),
    baseSeed: given.seed('base-seed') ?? drawnSeed(),
    settings,
  };
  const range = given.range('seeds') ?? { from: 0, to: SEEDS_DEFAULT };
  const request = { ...wish, contenders: placeableOf(wish, range, tell) };
  const show = given.count('show', range.from, range.to - 1);
  const jobs = given.count('jobs', 1, JOBS_MAX) ?? availableParallelism();
  return {
    request,
    range,
    jobs: Math.min(jobs, (range.to - range.from) * names.length),
    timeoutMs: given.milliseconds('timeout') ?? RUN_MS_DEFAULT,
    outDir: folderNamed(given.word('out-dir') ?? 'quorumlab-out'),
    html: reportPath(given),
    show,
    isJson: given.flag('json'),
    words: simulationWords(given),
  };
}

function reportPath(given: Given): string | undefined {
  const html = given.text('html');
  if (html === undefined) return undefined;
  if (html === '-') {
    throw new InputError('--html takes a file, not "-"; /dev/stdout is standard output');
  }
  const path = html === '' ? HTML_DEFAULT : html;
  assertWritableFile(path);
  return path;
}

/**
 * Finds out before anything runs who does not go with these worlds, as far as so many seeds show
 * it.
 */
function placeableOf(
  { contenders, ...request }: ComparisonRequest,
  { from, to }: IndexRange,
  tell: (text: string) => void,
): readonly Contender[] {
  const whyNot = new Map<Contender, string>();
  for (const name of request.names) {
    for (let index = from; index < Math.min(to, from + LOOKED_AT); index++) {
      for (const contender of contenders) {
        if (whyNot.has(contender)) continue;
        try {
          placedSeed({ run, scenarios }, { ...request, contenders: [contender] }, name, index);
        } catch (error) {
          if (!(error instanceof SpecError)) throw error;
          const place = index === from ? name : `${name}, seed ${index}`;
          whyNot.set(contender, `${contender.label} in ${place}: ${error.message}`);
        }
      }
    }
  }
  return takingPart(contenders, tell, (contender) => whyNot.get(contender));
}

async function drive(plan: ComparePlan, interrupt: Interrupt): Promise<DrivenComparison> {
  const { request, range, jobs, timeoutMs } = plan;
  const { names, contenders, baseSeed } = request;
  const labels = contenders.map(({ label }) => label).join(' ');
  const seeds = range.from === 0 ? plural(range.to, 'seed') : `seeds ${range.from}..${range.to}`;
  process.stderr.write(
    `quorumlab compare  ${names.join(' ')}  of ${labels}  ` +
      `base-seed ${baseSeed}  ${seeds}  jobs ${jobs}\n`,
  );
  const entry = new URL('./worker.js', import.meta.url);
  const pool = new WorkerPool({ entry, campaign: NO_CAMPAIGN, jobs, timeoutMs });
  const progress = new CountProgress((range.to - range.from) * names.length, 'seeds');
  try {
    return await driveComparison(pool, {
      request,
      range,
      jobs,
      interrupt: interrupt.signal,
      ended: () => progress.one(),
      lost: ({ name, seed, why }) => process.stderr.write(`${name} seed ${seed}: ${why}\n`),
    });
  } finally {
    progress.stop();
    await pool.close();
  }
}
