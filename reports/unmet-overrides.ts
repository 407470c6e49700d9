/** Overrides of fates that met no message: a wrong type or ordinal shows nowhere else. */
import type { RunResult } from '../scenarios/spec.ts';
import { nodeName, plural } from './words.ts';

/** More are counted. */
const LINES_MAX = 5;

/** One line each, without indentation; none if each override met its message. */
export function unmetOverrideLines(run: RunResult): readonly string[] {
  const { unmetOverrides = [], spec } = run;
  const told = unmetOverrides.slice(0, LINES_MAX).flatMap(({ override, sent }) => {
    const fate = spec.network.overrides?.[override];
    if (fate === undefined) return [];
    const { type, ordinal } = fate;
    const link = `${nodeName(fate.from, spec.replicas)} sent ${nodeName(fate.to, spec.replicas)}`;
    const count = sent.find((each) => each.type === type)?.count ?? 0;
    const others = sent.map((each) => each.type).join(', ');
    const what =
      count === 0
        ? `no ${JSON.stringify(type)}, ${others === '' ? 'nor anything else' : `only ${others}`}`
        : `${count} ${type}, with ordinals below ${count}; expected one of them, not ${ordinal}`;
    return [`network.overrides[${override}] met no message: ${link} ${what}`];
  });
  const more = unmetOverrides.length - told.length;
  return more === 0 ? told : [...told, `nor did ${plural(more, 'other override')}`];
}
