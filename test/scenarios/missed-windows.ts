/** Which of the windows of a script are missed, by what is broken: none may be there for show. */
import type { Registry } from '../../scenarios/assemble.ts';
import { run } from '../../scenarios/run.ts';
import type { ReturnWindow, RunSpec } from '../../scenarios/spec.ts';

/** `no head: writes, none`. Of three servers or of four, all but one are as good as some. */
export function nameOf({ about = '', kind, level, atMost }: ReturnWindow): string {
  const what = [level, kind ?? 'operations'].filter((word) => word !== undefined).join(' ');
  const many = atMost === undefined ? 'some' : atMost === 0 ? 'none' : 'not too many';
  return `${about.replace(/^\d left/, 'fewer left')}: ${what}, ${many}`;
}

export function windowsOf(specs: readonly RunSpec[]): Set<string> {
  return new Set(specs.flatMap(({ expect: expected }) => (expected?.windows ?? []).map(nameOf)));
}

/** The windows in which, in one of the worlds, too many operations return or too few. */
export function missedWindows(specs: readonly RunSpec[], registry?: Registry): Set<string> {
  const missed = new Set<string>();
  for (const spec of specs) {
    // All windows are over by then; what a broken protocol does afterwards takes long.
    const at = spec.ending.kind === 'quiet' ? spec.ending.healAt : spec.ending.at;
    const alone: RunSpec = { ...spec, ending: { kind: 'cut', at }, oracles: ['expectation'] };
    const { windows = [] } = run(alone, registry === undefined ? {} : { registry });
    for (const [index, window] of (spec.expect?.windows ?? []).entries()) {
      const returned = windows[index]?.returned ?? 0;
      const { atLeast = 0, atMost = Number.POSITIVE_INFINITY } = window;
      if (returned < atLeast || returned > atMost) missed.add(nameOf(window));
    }
  }
  return missed;
}
