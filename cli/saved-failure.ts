/** A saved failure: a spec, what its run came to, and what running it again should show. */
import { z } from 'zod';
import { refinedSignature } from '../scenarios/signature.ts';
import type { Failure, RunResult, RunSpec } from '../scenarios/spec.ts';
import { hex32 } from '../sim/mixing.ts';
import { digest } from '../sim/plain.ts';
import { codeVersion } from './code-version.ts';
import { readableJson } from './readable-json.ts';
import { type SavedExplanation, savedExplanationSchema } from './saved-explanation.ts';
import {
  type Original,
  originalSchema,
  type SavedShrinking,
  shrunkSchema,
} from './saved-shrinking.ts';
import { specSchema } from './spec-schema.ts';
import { version } from './version.ts';

export const FAILURE_FORMAT = 'quorumlab-failure/1';

/** What `replay` takes and a corpus consists of. Whatever is optional, older files lack. */
export interface SavedFailure extends RunRecord {
  readonly format: typeof FAILURE_FORMAT;
  /** Refined where the run was shrunk. */
  readonly signature: string;
  /** Of oracle and invariant alone, where the other one is refined. */
  readonly provisional?: string;
  readonly oracle: string;
  /** The named invariant, where the oracle is `invariants`. */
  readonly invariant?: string;
  readonly message: string;
  /** What a replay should show; a failure that is not expected makes it exit 1. */
  readonly expect?: Expected;
  /** Why it is kept, for people. */
  readonly note?: string;
  readonly found?: Found;
  /** The run that it was shrunk from. */
  readonly original?: Original;
  /** How it was shrunk; a replay does not look at it. */
  readonly shrunk?: SavedShrinking;
  /** Which event decides it; a replay does not look at it. */
  readonly explanation?: SavedExplanation;
  /** Of the spec when it was written; one that has another digest was edited since. */
  readonly specDigest?: string;
  /** With its plan; one that could not be run may lack it. */
  readonly spec: RunSpec;
}

/** Stands for the oracle where none was ever seen to fail: it is kept for the situation. */
export const SITUATION = 'situation';

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
    provisional: fileName.exactOptional(),
    oracle: z.string(),
    invariant: z.string().exactOptional(),
    message: z.string(),
    traceHash,
    expect: z.enum(['pass', 'fail']).exactOptional(),
    note: z.string().exactOptional(),
    found: z
      .strictObject({ command: z.string(), version: z.string(), date: day.exactOptional() })
      .exactOptional(),
    original: originalSchema.exactOptional(),
    shrunk: shrunkSchema.exactOptional(),
    explanation: savedExplanationSchema.exactOptional(),
    marks: z.array(z.string()).exactOptional(),
    fired: z.array(z.int().min(0)).exactOptional(),
    specDigest: z
      .string()
      .regex(/^[0-9a-f]{8}$/, { error: 'expected 8 hex digits' })
      .exactOptional(),
    spec: specSchema,
  })
  .superRefine(({ fired = [], specDigest, spec }, context) => {
    // Whoever takes a fault out of a plan does not renumber those that fired.
    if (isEdited({ specDigest, spec })) return;
    const faults = spec.plan?.faults.length ?? 0;
    const at = fired.findIndex((place) => place >= faults);
    if (at < 0) return;
    const several = faults === 1 ? 'has fault 0 alone' : `has faults 0 to ${faults - 1}`;
    const there = faults === 0 ? 'has no faults' : several;
    context.addIssue({
      code: 'custom',
      path: ['fired', at],
      message: `there is no fault ${fired[at]}: the plan ${there}`,
    });
  });

/** Whether the spec, as the file has it, is not the one that was recorded; older files are mute. */
export function isEdited({
  specDigest,
  spec,
}: {
  readonly specDigest?: string | undefined;
  readonly spec: RunSpec;
}): boolean {
  return specDigest !== undefined && specDigest !== digestOfSpec(spec);
}

/** 8 hex digits that do not depend on the order of keys, or on white space in the file. */
export function digestOfSpec(spec: RunSpec): string {
  return hex32(digest(spec));
}

/** What a saved failure still says when its spec was edited: nothing that only a run can show. */
export function withoutRecord(saved: SavedFailure): SavedFailure {
  const { marks: _marks, fired: _fired, shrunk: _shrunk, explanation: _why, ...kept } = saved;
  return kept;
}

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
export type Blame = Pick<
  SavedFailure,
  'signature' | 'provisional' | 'oracle' | 'invariant' | 'message'
>;

/** What a file blames its run for. */
export function blameOf({ signature, provisional, oracle, invariant, message }: Blame): Blame {
  return {
    signature,
    ...(provisional === undefined ? {} : { provisional }),
    oracle,
    ...(invariant === undefined ? {} : { invariant }),
    message,
  };
}

/**
 * What a run that fails is blamed for now. The run of a file that has a refined signature gets one;
 * if it fails as before, it keeps the one that it has.
 */
export function blameOfRun(failure: Failure, result: RunResult, earlier?: SavedFailure): Blame {
  if (earlier?.provisional === undefined) return blameOf(failure);
  const refined = failsAs(earlier, failure) ? earlier.signature : refinedSignature(result);
  const { signature: provisional } = failure;
  return { ...blameOf(failure), signature: refined ?? provisional, provisional };
}

/** Whether a failure is the one that was saved: by the same oracle and invariant. */
export function failsAs(
  { signature, provisional = signature }: Partial<Pick<SavedFailure, 'signature' | 'provisional'>>,
  failure: Failure | undefined,
): boolean {
  return failure !== undefined && failure.signature === provisional;
}

/**
 * As a file: what people look for first, the plan last, and otherwise the order in which files are
 * read, so that what is read and written again differs in nothing. The digest is that of the spec
 * as it is written.
 */
export function failureText(saved: SavedFailure): string {
  const written: unknown = JSON.parse(JSON.stringify(saved));
  const read = failureSchema.safeParse(written);
  const { format, signature, provisional, oracle, invariant, message, ...more } = read.success
    ? read.data
    : saved;
  const { expect, note, found, original, shrunk, spec, ...record } = more;
  const { plan, ...world } = spec;
  const specDigest = digestOfSpec(spec);
  const blame = { signature, provisional, oracle, invariant, message };
  const head = { format, ...blame, expect, note, found, original, shrunk };
  return readableJson({ ...head, ...record, specDigest, spec: { ...world, plan } });
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
