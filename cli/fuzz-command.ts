/** `quorumlab fuzz`: many seeds in parallel, reports at the end, an exit code that tells. */
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { CampaignRequest } from '../scenarios/campaign.ts';
import { countOfShard } from '../scenarios/campaign-index.ts';
import {
  campaignResult,
  type Enough,
  withCorpus,
  withExpectation,
} from '../scenarios/campaign-merge.ts';
import type {
  CampaignMetadata,
  CampaignResult,
  CorpusAccount,
} from '../scenarios/campaign-types.ts';
import { normaliseSeed } from '../scenarios/seeds.ts';
import { strategyNames } from '../scenarios/strategies.ts';
import { type DrivenCampaign, driveCampaign } from './campaign-driver.ts';
import { assertWritableOutputs, writeReports } from './campaign-reports.ts';
import { codeVersion } from './code-version.ts';
import { type CampaignCorpus, campaignCorpus, runCorpusFirst } from './corpus-campaign.ts';
import { exitOfAccount } from './corpus-runner.ts';
import { EXIT, type ExitCode, exitOfOracle, InputError, severest } from './exit.ts';
import { saveFailures, tellOlderFailures } from './failure-files.ts';
import { folderNamed } from './files.ts';
import type { Given } from './given.ts';
import { type Interrupt, listenForInterrupt } from './interrupt.ts';
import { RUN_MS_DEFAULT, SHRINK_MS_DEFAULT } from './limits.ts';
import { REPORTERS, type Reporter, SWITCH } from './options.ts';
import { WorkerPool } from './pool.ts';
import { Progress } from './progress.ts';
import type { IndexRange } from './quantities.ts';
import {
  drawableOf,
  drawSettings,
  selectScenarios,
  simulationWords,
  strategyFor,
  unjudgedNote,
  wantsDeterminism,
} from './selection.ts';
import { NdjsonStream } from './streamed.ts';
import { version } from './version.ts';

const SEEDS_DEFAULT = 1000;
const JOBS_MAX = 1024;
const REPORTERS_DEFAULT: readonly Reporter[] = ['line', 'json', 'html'];

/** Everything that was asked for, validated before anything runs. */
interface FuzzPlan {
  readonly campaign: CampaignRequest;
  readonly range: IndexRange;
  readonly timeMs: number | undefined;
  readonly jobs: number;
  readonly timeoutMs: number;
  readonly enough: Enough | undefined;
  /** Milliseconds for each failure; undefined leaves failures as they are. */
  readonly shrinkMs: number | undefined;
  readonly explains: boolean;
  /** A signature, `''` for any failure, undefined when none is expected. */
  readonly expected: string | undefined;
  readonly reporters: readonly Reporter[];
  readonly outDir: string;
  /** Saved failures to run before the seeds. */
  readonly corpus: CampaignCorpus | undefined;
  readonly isJson: boolean;
  /** Simulation options as command-line words. */
  readonly words: readonly string[];
}

export async function fuzzCommand(given: Given): Promise<ExitCode> {
  const plan = planOf(given);
  assertWritableOutputs(plan.outDir, plan.reporters);
  const interrupt = listenForInterrupt();
  const startedAt = new Date();
  const clock = { wall: performance.now(), cpu: process.cpuUsage() };
  const { driven, corpus } = await drive(plan, interrupt);
  const cpu = process.cpuUsage(clock.cpu);
  const metadata: CampaignMetadata = {
    version: version(),
    code: codeVersion(),
    node: process.version,
    startedAt: startedAt.toISOString(),
    elapsedMs: Math.round(performance.now() - clock.wall),
    cpuMs: Math.round((cpu.user + cpu.system) / 1000),
    jobs: plan.jobs,
    ...shrinkingTimes(driven),
  };
  const seeds = campaignResult(plan.campaign, driven.batch, driven.interrupted, driven);
  const bare = corpus === undefined ? seeds : withCorpus(seeds, corpus);
  const { expected } = plan;
  const judged = expected === undefined ? bare : withExpectation(bare, expected);
  const flags = plan.words.length === 0 ? {} : { flags: plan.words };
  const unsaved: CampaignResult = { ...judged, ...flags, metadata };
  const groups = saveFailures(unsaved, plan.outDir, expected !== undefined);
  const campaign: CampaignResult = { ...unsaved, groups };
  await writeReports(campaign, {
    reporters: plan.reporters,
    outDir: plan.outDir,
    isJson: plan.isJson,
    inconclusive: driven.batch.inconclusive,
  });
  tellOlderFailures(groups, plan.outDir);
  interrupt.release();
  if (driven.broken !== undefined) throw new Error(driven.broken);
  return interrupt.exitCode() ?? exitCodeOf(campaign);
}

/** By the signatures that the groups have in the end. */
function shrinkingTimes({ shrunk, elapsedMs }: DrivenCampaign): Pick<CampaignMetadata, 'shrinkMs'> {
  const times = [...elapsedMs].flatMap(([provisional, ms]) => {
    const small = shrunk.get(provisional);
    return small?.kind === 'shrunk' ? [[small.signature, ms] as const] : [];
  });
  return times.length === 0 ? {} : { shrinkMs: Object.fromEntries(times) };
}

/** The exit code that a campaign's result stands for. */
export function exitCodeOf(campaign: CampaignResult): ExitCode {
  const codes = campaign.groups.map((group) => exitOfOracle(group.oracle));
  const ofCorpus = exitOfAccount(campaign.corpus ?? { others: [] });
  if (campaign.expectation === undefined) {
    if (campaign.totals.inconclusive > 0) codes.push(EXIT.inconclusive);
    return severest([...codes, ofCorpus]);
  }
  if (codes.includes(EXIT.internal)) return EXIT.internal;
  return campaign.expectation.isFound
    ? ofCorpus
    : severest([...codes, ofCorpus, EXIT.expectedNone]);
}

function planOf(given: Given): FuzzPlan {
  const words = given.words('scenario');
  const named = selectScenarios(words);
  const strategy = strategyFor(given.choice('strategy', strategyNames), words);
  const shard = given.shard('shard');
  const settings = drawSettings(given, named);
  const tell = (text: string): void => void process.stderr.write(`quorumlab: ${text}\n`);
  const selected = drawableOf(named, settings, tell);
  const unjudged = unjudgedNote(selected, settings);
  if (unjudged !== undefined) tell(unjudged);
  const timeMs = given.milliseconds('time');
  const seedsMax = timeMs === undefined ? SEEDS_DEFAULT : Number.MAX_SAFE_INTEGER;
  const range = given.range('seeds') ?? { from: 0, to: seedsMax };
  const jobs = given.count('jobs', 1, JOBS_MAX) ?? availableParallelism();
  const seeds = countOfShard(range, shard);
  if (seeds === 0) {
    throw new InputError(
      `--shard ${given.text('shard')} has none of ${range.to - range.from} seeds`,
    );
  }
  const expected = given.text('expect-failure');
  const signatures = given.count('max-failures', 1);
  return {
    campaign: {
      scenarios: selected.map((scenario) => scenario.id),
      baseSeed: given.seed('base-seed') ?? drawnSeed(),
      settings,
      determinism: wantsDeterminism(given),
      ...(strategy === undefined ? {} : { strategy }),
      ...(shard === undefined ? {} : { shard }),
    },
    range,
    timeMs,
    // No batch is smaller than one seed: further workers would start for nothing.
    jobs: Math.min(jobs, seeds),
    timeoutMs: given.milliseconds('timeout') ?? RUN_MS_DEFAULT,
    enough: enoughOf(signatures, expected),
    shrinkMs: shrinkTime(given),
    explains: given.choice('explain', SWITCH) !== 'off',
    expected,
    reporters: given.choices('reporter', REPORTERS) ?? REPORTERS_DEFAULT,
    outDir: folderNamed(given.word('out-dir') ?? 'quorumlab-out'),
    corpus: campaignCorpus(given, new Set(selected.map(({ protocol }) => protocol))),
    isJson: given.flag('json'),
    words: simulationWords(given),
  };
}

function shrinkTime(given: Given): number | undefined {
  const time = given.milliseconds('shrink-time');
  return given.choice('shrink', SWITCH) === 'off' ? undefined : (time ?? SHRINK_MS_DEFAULT);
}

/**
 * An expected failure ends the campaign when it is found: by its provisional signature, for a
 * refined one is known only when all is shrunk.
 */
function enoughOf(
  signatures: number | undefined,
  expected: string | undefined,
): Enough | undefined {
  if (signatures !== undefined) return { signatures };
  if (expected === undefined) return undefined;
  return expected === '' ? { signatures: 1 } : { signature: expected };
}

/** 64 bits of the system's randomness: the one place where chance comes in. */
export function drawnSeed(): string {
  return normaliseSeed(`0x${randomBytes(8).toString('hex')}`) ?? '0x0';
}

interface Driven {
  readonly driven: DrivenCampaign;
  readonly corpus: CorpusAccount | undefined;
}

async function drive(plan: FuzzPlan, interrupt: Interrupt): Promise<Driven> {
  const { campaign, jobs, timeoutMs, reporters } = plan;
  const isTold = reporters.includes('line') || reporters.includes('dot');
  if (isTold) process.stderr.write(`${headline(plan)}\n`);
  const stream = reporters.includes('ndjson') ? new NdjsonStream(campaign) : undefined;
  const entry = new URL('./worker.js', import.meta.url);
  const pool = new WorkerPool({ entry, campaign, jobs, timeoutMs });
  try {
    const step = { jobs, interrupt: interrupt.signal, isTold };
    const corpus = plan.corpus && (await runCorpusFirst(pool, plan.corpus, step));
    if (corpus !== undefined) stream?.corpus(corpus);
    return { corpus, driven: await driveSeeds(pool, plan, interrupt, stream) };
  } finally {
    await pool.close();
  }
}

async function driveSeeds(
  pool: WorkerPool,
  plan: FuzzPlan,
  interrupt: Interrupt,
  stream: NdjsonStream | undefined,
): Promise<DrivenCampaign> {
  const { campaign, range, timeMs, jobs, enough, shrinkMs, explains, reporters } = plan;
  const isTimeOnly = range.to === Number.MAX_SAFE_INTEGER;
  const progress = new Progress({
    seeds: isTimeOnly ? Number.POSITIVE_INFINITY : countOfShard(range, campaign.shard),
    timeMs: timeMs ?? Number.POSITIVE_INFINITY,
    style: reporters.includes('dot') ? 'dots' : reporters.includes('line') ? 'auto' : 'silent',
  });
  try {
    return await driveCampaign(pool, {
      campaign,
      range,
      jobs,
      explains,
      ...(shrinkMs === undefined ? {} : { shrinkMs }),
      interrupt: interrupt.signal,
      ...(timeMs === undefined ? {} : { timeMs }),
      ...(enough === undefined ? {} : { enough }),
      watcher: {
        batch: (batch) => {
          progress.batch(batch);
          stream?.batch(batch);
        },
        lost: (scenario, seed, reason) => progress.lost(scenario, seed, reason),
        shrinking: (signature) => progress.shrinking(signature),
        explaining: (signature) => progress.explaining(signature),
      },
    });
  } finally {
    progress.stop();
  }
}

/** What runs, and under which budget. */
function headline(plan: FuzzPlan): string {
  const { campaign, range, timeMs, jobs } = plan;
  const { scenarios, baseSeed, settings, strategy, shard } = campaign;
  const what = scenarios.length <= 3 ? scenarios.join(' ') : `${scenarios.length} scenarios`;
  const isTimeOnly = range.to === Number.MAX_SAFE_INTEGER;
  const pieces = [
    ...(isTimeOnly
      ? []
      : [range.from === 0 ? `${range.to} seeds` : `seeds ${range.from}..${range.to}`]),
    ...(timeMs === undefined ? [] : [`${timeMs / 1000}s`]),
  ];
  return [
    `quorumlab ${version()}`,
    'fuzz',
    what,
    ...(settings.mutant === undefined ? [] : [`mutant ${settings.mutant}`]),
    ...(strategy === undefined ? [] : [`strategy ${strategy}`]),
    ...(shard === undefined ? [] : [`shard ${shard.index + 1}/${shard.count}`]),
    `base-seed ${baseSeed}`,
    `jobs ${jobs}`,
    `budget ${pieces.join(' or ')}`,
  ].join('  ');
}
