/** Files that a later command takes: failures, runs, specs, parts of campaigns. */
import { z } from 'zod';
import { CAMPAIGN_FORMAT, type CampaignResult } from '../scenarios/campaign-types.ts';
import { RUN_FORMAT, type RunSpec, SPEC_FORMAT } from '../scenarios/spec.ts';
import { strategyNames } from '../scenarios/strategies.ts';
import { InputError } from './exit.ts';
import { readJson } from './files.ts';
import { quoted } from './given.ts';
import { explanationSchema } from './saved-explanation.ts';
import {
  type Expected,
  FAILURE_FORMAT,
  failureSchema,
  isEdited,
  type SavedFailure,
  traceHash,
  withoutRecord,
} from './saved-failure.ts';
import { fittingSpec } from './spec-fit.ts';
import { specSchema } from './spec-schema.ts';

/** Of a run only what a replay needs; the rest of the file is not read. */
const runSchema = z.object({
  format: z.literal(RUN_FORMAT),
  spec: specSchema,
  traceHash,
  failures: z.array(z.object({ signature: z.string() })),
});

/** What a replay starts from, whatever kind of file it was. */
export interface Replayable {
  readonly spec: RunSpec;
  readonly traceHash?: string;
  readonly signature?: string;
  readonly provisional?: string;
  readonly oracle?: string;
  readonly version?: string;
  readonly code?: string;
  readonly expect?: Expected;
  readonly marks?: readonly string[];
  readonly fired?: readonly number[];
  /** Its spec is not the one that was recorded: there is nothing to hold its run against. */
  readonly isEdited?: true;
  /** The whole of it, where it was a saved failure. */
  readonly saved?: SavedFailure;
}

export function readReplayable(path: string): Replayable {
  const json = readJson(path);
  const format = formatOf(json);
  switch (format) {
    case FAILURE_FORMAT: {
      const read = failureOf(path, json);
      const fitting = { ...read, spec: fittingSpec(read.spec, `${path}: spec.`) };
      if (!isEdited(read)) return { ...fitting, saved: fitting };
      const saved = withoutRecord(fitting);
      return { ...saved, isEdited: true, saved };
    }
    case RUN_FORMAT: {
      const { spec, traceHash: hash, failures } = parse(path, runSchema, json);
      const signature = failures[0]?.signature;
      const recorded = signature === undefined ? {} : { signature };
      return { spec: fittingSpec(spec, `${path}: spec.`), traceHash: hash, ...recorded };
    }
    case SPEC_FORMAT:
      return { spec: fittingSpec(parse(path, specSchema, json), `${path}: `) };
    case CAMPAIGN_FORMAT:
      throw new InputError(
        `${path} holds a whole campaign: replay one of its failures, saved beside it`,
      );
    default:
      throw new InputError(
        `${path}: format: expected ${FAILURE_FORMAT}, ${RUN_FORMAT} or ${SPEC_FORMAT}, ` +
          `found ${format === undefined ? 'none' : quoted(format)}`,
      );
  }
}

/** The saved failure that a document is. Whether its spec can be run is not looked at. */
export function failureOf(path: string, json: unknown): SavedFailure {
  return parse(path, failureSchema, json);
}

const count = z.int().min(0);
const CORPUS_OUTCOMES = [
  'violated',
  'stale',
  'edited',
  'inconclusive',
  'internal-error',
  'unreadable',
] as const;
const counts = z.record(z.string(), count);
const seedOfRun = { scenario: z.string(), seed: z.string() };

/** Of a run what is printed. */
const runOfGroup = z.looseObject({
  format: z.literal(RUN_FORMAT),
  spec: specSchema,
  verdict: z.enum(['passed', 'failed', 'inconclusive']),
  failures: z.array(z.looseObject({ signature: z.string(), message: z.string() })).min(1),
  history: z.array(z.looseObject({ process: count })),
});

/** What merging needs to trust; examples are handed on as they are. */
const campaignSchema = z.looseObject({
  format: z.literal(CAMPAIGN_FORMAT),
  scenarios: z.array(z.string()),
  protocol: z.string(),
  mutant: z.string().optional(),
  baseSeed: z.string(),
  strategy: z.enum(strategyNames).optional(),
  shards: z.strictObject({ count: z.int().min(1), held: z.array(count).min(1) }).optional(),
  flags: z.array(z.string()).optional(),
  from: count,
  to: count,
  finished: count,
  verdict: z.enum(['passed', 'failed', 'inconclusive']),
  expectation: z.strictObject({ signature: z.string(), isFound: z.boolean() }).exactOptional(),
  interrupted: z.boolean(),
  totals: z.strictObject({
    seeds: count,
    passed: count,
    failed: count,
    inconclusive: count,
    events: count,
    messages: count,
    operations: count,
  }),
  byScenario: z.array(
    z.strictObject({
      scenario: z.string(),
      seeds: count,
      passed: count,
      failed: count,
      inconclusive: count,
    }),
  ),
  marks: counts,
  faults: counts,
  groups: z.array(
    z.looseObject({
      signature: z.string(),
      oracle: z.string(),
      message: z.string(),
      count,
      seeds: z
        .array(z.strictObject({ ...seedOfRun, index: count, isVaried: z.literal(true).optional() }))
        .min(1),
      explanation: explanationSchema.exactOptional(),
      example: runOfGroup,
    }),
  ),
  grid: z.array(z.strictObject({ verdict: z.enum(['p', 'f', 'i']), count })),
  largest: z.array(z.strictObject({ ...seedOfRun, events: count })),
  corpus: z
    .strictObject({
      folder: z.string(),
      entries: count,
      asExpected: count,
      others: z.array(
        z.strictObject({ file: z.string(), outcome: z.enum(CORPUS_OUTCOMES), why: z.string() }),
      ),
    })
    .optional(),
});

export function readCampaign(path: string): CampaignResult {
  const json = readJson(path);
  parse(path, campaignSchema, json);
  // The schema has looked at all that is merged or printed.
  return json as CampaignResult;
}

function parse<T>(path: string, schema: z.ZodType<T>, json: unknown): T {
  const parsed = schema.safeParse(json, { reportInput: true });
  if (parsed.success) return parsed.data;
  const [issue, ...others] = parsed.error.issues;
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  throw new InputError(`${path}: ${issue === undefined ? 'not valid' : inWords(issue)}${more}`);
}

/** `spec.plan.faults[0].at: expected number, found "x"`. */
function inWords(issue: z.core.$ZodIssue): string {
  const place = issue.path
    .map((part, at) => (typeof part === 'number' ? `[${part}]` : `${at ? '.' : ''}${String(part)}`))
    .join('');
  const message =
    outOfRange(issue) ??
    issue.message
      .replace(/^Invalid input: /, '')
      .replace(', received undefined', ', but it is missing')
      .replace(', received', ', found');
  return place === '' ? message : `${place}: ${message}`;
}

/** `expected at least 0, found -1`; undefined for what is no number out of its range. */
function outOfRange(issue: z.core.$ZodIssue): string | undefined {
  if (typeof issue.input !== 'number') return undefined;
  const found = `found ${issue.input}`;
  if (issue.code === 'too_small') return `expected at least ${issue.minimum}, ${found}`;
  if (issue.code === 'too_big') return `expected at most ${issue.maximum}, ${found}`;
  return undefined;
}

/** What a document says that it is; undefined for one that says nothing. */
export function formatOf(json: unknown): string | undefined {
  if (typeof json !== 'object' || json === null || !('format' in json)) return undefined;
  return typeof json.format === 'string' ? json.format : undefined;
}
