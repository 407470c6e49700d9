/** A shrunk failure as a person reads it: the failure, what went, and all that is left. */

import { protocols } from '../protocols/index.ts';
import { planLines } from '../reports/plan.ts';
import { shrinkingSentences, shrunkInWords } from '../reports/shrunk.ts';
import { formatRun } from '../reports/terminal.ts';
import type { Explanation } from '../scenarios/explain/explanation.ts';
import type { SmallFailure } from '../scenarios/shrink/shrink.ts';
import type { RunResult } from '../scenarios/spec.ts';
import type { Options } from '../sim/contract.ts';
import { hasBlocks, hasColour, paint } from './paint.ts';

export interface ShrunkTextSettings {
  /** Commands that run what is left, and what it was. */
  readonly replay: string;
  readonly original: string;
  readonly elapsedMs: number;
  readonly explanation?: Explanation;
  /** Command that explains it once more. */
  readonly explain?: string;
}

export function shrunkText(small: SmallFailure, settings: ShrunkTextSettings): string {
  const { account, signature } = small;
  const { replay, original, elapsedMs, explanation, explain } = settings;
  const explained = explanation === undefined ? {} : { explanation };
  const run = withSignature(small.minimal, signature);
  const lines = [
    formatRun(run, { colour: hasColour(), blocks: hasBlocks(), repeat: replay, ...explained }),
    `  ${paint.dim('original')} ${original}`,
    ...(explain === undefined ? [] : [`  ${paint.dim('explain ')} ${explain}`]),
    '',
    `${paint.strong('shrunk')}  ${shrunkInWords(account, elapsedMs)}`,
    ...shrinkingSentences(account).map((sentence) => `  ${sentence}`),
    '',
    paint.strong('what is left'),
    ...planLines(run, usualOptions(run.spec.protocol)).map((line) => `  ${line}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** The same run, called by its refined signature. */
function withSignature(run: RunResult, signature: string): RunResult {
  const [failure, ...others] = run.failures;
  return failure === undefined ? run : { ...run, failures: [{ ...failure, signature }, ...others] };
}

function usualOptions(name: string): Options {
  const protocol = protocols.find((each) => each.name === name);
  const entries = protocol?.optionSchema.map((option) => [option.name, option.default] as const);
  return Object.fromEntries(entries ?? []);
}
