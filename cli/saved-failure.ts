/** A saved failure: a spec, what its run came to, and what running it again should show. */
import { z } from 'zod';
import type { Failure, RunResult, RunSpec } from '../scenarios/spec.ts';
import { codeVersion } from './code-version.ts';
import { readableJson } from './readable-json.ts';
import { type SavedExplanation, savedExplanationSchema } from './saved-explanation.ts';
import { specSchema } from './spec-schema.ts';
import { version } from './version.ts';

export const FAILURE_FORMAT = 'quorumlab-failure/1';

/** What `replay` takes and a corpus consists of. Whatever is optional, older files lack. */
export interface SavedFailure extends RunRecord {
  readonly format: typeof FAILURE_FORMAT;
  readonly signature: string;
  readonly oracle: string;
  /** The named invariant, where the oracle is `invariants`. */
  readonly invariant?: string;
  readonly message: string;
  /** What a replay should show; a failure that is not expected makes it exit 1. */
  readonly expect?: Expected;
  /** Why it is kept, for people. */
  readonly note?: string;
  readonly found?: Found;
  /** Which event decides it; a replay does not look at it. */
  readonly explanation?: SavedExplanation;
  /** With its plan; one that could not be run may lack it. */
  readonly spec: RunSpec;
}

export type Expected = 'pass' | 'fail';

/** What a run has shown, for later runs to be held against. */
export interface RunRecord {
  /** Version of quorumlab that recorded the hash. */
  readonly version: string;
  /** Fingerprint of its code: other code may rightly give another trace. */
  readonly code?: string;
  readonly traceHash: string;
  /** Marks that were reached, in the order of their names. */
  readonly marks?: readonly string[];
  /** Places in the plan of the faults that fired, from 0. */
  readonly fired?: readonly number[];
}

/** Where a failure comes from; it stays when the run is recorded anew. */
export interface Found {
  readonly command: string;
  readonly version: string;
  /** `2026-11-21`. */
  readonly date?: string;
}

export const traceHash = z.string().regex(/^[0-9a-f]{16}$/, { error: 'expected 16 hex digits' });

/** Signatures become names of files. */
const fileName = z.string().regex(/^[A-Za-z0-9][\w.-]{0,63}$/, {
  error: 'expected up to 64 letters, digits, "-", "_" and "."',
});

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, { error: 'expected a day such as 2026-11-21' });

export const failureSchema: z.ZodType<SavedFailure> = z
  .strictObject({
    format: z.literal(FAILURE_FORMAT),
    version: z.string(),
    code: z.string().exactOptional(),
    signature: fileName,
    oracle: z.string(),
    invariant: z.string().exactOptional(),
    message: z.string(),
    traceHash,
    expect: z.enum(['pass', 'fail']).exactOptional(),
    note: z.string().exactOptional(),
    found: z
      .strictObject({ command: z.string(), version: z.string(), date: day.exactOptional() })
      .exactOptional(),
    explanation: savedExplanationSchema.exactOptional(),
    marks: z.array(z.string()).exactOptional(),
    fired: z.array(z.int().min(0)).exactOptional(),
    spec: specSchema,
  })
  .superRefine(({ fired = [], spec }, context) => {
    const faults = spec.plan?.faults.length ?? 0;
    const at = fired.findIndex((place) => place >= faults);
    if (at < 0) return;
    const there = faults === 0 ? 'has no faults' : `has faults 0 to ${faults - 1}`;
    context.addIssue({
      code: 'custom',
      path: ['fired', at],
      message: `there is no fault ${fired[at]}: the plan ${there}`,
    });
  });

/** What `result` has shown. */
export function recordOf(result: RunResult): Required<RunRecord> {
  const reached = Object.entries(result.marks).filter(([, count]) => count > 0);
  return {
    version: version(),
    code: codeVersion(),
    traceHash: result.traceHash,
    marks: reached.map(([mark]) => mark).sort((a, b) => (a < b ? -1 : 1)),
    fired: result.faults.flatMap(({ status }, place) => (status === 'fired' ? [place] : [])),
  };
}

/** What a run is blamed for, as a saved failure says it. */
export type Blame = Pick<SavedFailure, 'signature' | 'oracle' | 'invariant' | 'message'>;

export function blameOf({ signature, oracle, invariant, message }: Failure | Blame): Blame {
  return { signature, oracle, ...(invariant === undefined ? {} : { invariant }), message };
}

/**
 * As a file: what people look for first, the plan last, and otherwise the order in which files are
 * read, so that what is read and written again differs in nothing.
 */
export function failureText(saved: SavedFailure): string {
  const written: unknown = JSON.parse(JSON.stringify(saved));
  const read = failureSchema.safeParse(written);
  const { format, signature, oracle, invariant, message, ...more } = read.success
    ? read.data
    : saved;
  const { expect, note, found, spec, ...record } = more;
  const { plan, ...world } = spec;
  const head = { format, signature, oracle, invariant, message, expect, note, found };
  return readableJson({ ...head, ...record, spec: { ...world, plan } });
}

/** How much there is to read; the smaller of two failures says the same more clearly. */
export interface FailureSize {
  readonly faults: number;
  readonly operations: number;
  /** Fates of single messages. */
  readonly overrides: number;
}

export function sizeOf({ spec }: SavedFailure): FailureSize {
  const { plan, network, workload, faults } = spec;
  const drawn = Object.values(faults.kinds).reduce((sum: number, many) => sum + many, 0);
  return {
    faults: plan?.faults.length ?? drawn,
    operations: plan?.operations.length ?? workload.operations,
    overrides: network.overrides?.length ?? 0,
  };
}
