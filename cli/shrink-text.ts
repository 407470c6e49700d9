/** A shrunk failure as a person reads it: the failure, what went, and all that is left. */

import { protocols } from '../protocols/index.ts';
import { planLines } from '../reports/plan.ts';
import { shrinkingSentences, shrunkInWords } from '../reports/shrunk.ts';
import { formatRun } from '../reports/terminal.ts';
import type { Explanation } from '../scenarios/explain/explanation.ts';
import type { SmallFailure } from '../scenarios/shrink/shrink.ts';
import type { Options } from '../sim/contract.ts';
import { hasBlocks, hasColour, paint } from './paint.ts';

export interface ShrunkTextSettings {
  /** Commands that run what is left, and what it was. */
  readonly replay: string;
  readonly original: string;
  readonly elapsedMs: number;
  readonly explanation?: Explanation;
}

export function shrunkText(small: SmallFailure, settings: ShrunkTextSettings): string {
  const { account, signature } = small;
  const { replay, original, elapsedMs, explanation } = settings;
  const explained = explanation === undefined ? {} : { explanation };
  const run = small.minimal;
  const style = { colour: hasColour(), blocks: hasBlocks(), refined: signature };
  const lines = [
    formatRun(run, { ...style, repeat: replay, ...explained }),
    `  ${paint.dim('original')} ${original}`,
    '',
    `${paint.strong('shrunk')}  ${shrunkInWords(account, elapsedMs)}`,
    ...shrinkingSentences(account).map((sentence) => `  ${sentence}`),
    '',
    paint.strong('what is left'),
    ...planLines(run, usualOptions(run.spec.protocol)).map((line) => `  ${line}`),
  ];
  return `${lines.join('\n')}\n`;
}

function usualOptions(name: string): Options {
  const protocol = protocols.find((each) => each.name === name);
  const entries = protocol?.optionSchema.map((option) => [option.name, option.default] as const);
  return Object.fromEntries(entries ?? []);
}
