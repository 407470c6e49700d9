/** Sessions for tests: a script on a protocol, performed, and run as a whole. */
import { type Scenario, scenarios } from '../../../scenarios/catalogue/index.ts';
import { run } from '../../../scenarios/run.ts';
import { parseScript } from '../../../scenarios/script/parse.ts';
import { performScript, type Session } from '../../../scenarios/script/perform.ts';
import { type Entry, transcriptOf } from '../../../scenarios/script/transcript.ts';
import { sessionWorld } from '../../../scenarios/script/world.ts';
import type { RunResult } from '../../../scenarios/spec.ts';
import type { Options } from '../../../sim/contract.ts';

export interface Performed {
  readonly session: Session;
  readonly result: RunResult;
  readonly entries: readonly Entry[];
  /** What each line came to, in words of one piece. */
  readonly told: readonly string[];
}

export function scenarioNamed(id: string): Scenario {
  const scenario = scenarios.find((each) => each.id === id);
  if (scenario === undefined) throw new Error(`there is no ${id}`);
  return scenario;
}

export interface Given {
  readonly options?: Options;
  readonly seed?: string;
}

export function performed(protocol: string, lines: string, given: Given = {}): Performed {
  const { options = {}, seed = '0x1' } = given;
  const script = parseScript(lines);
  const scenario = scenarioNamed(`${protocol}/calm`);
  const wish = { scenario, isWhole: false, options, settings: {} };
  const { spec, servers } = sessionWorld(script, seed, wish);
  const session = performScript(script, spec, servers, run);
  const result = run(session.spec);
  const entries = transcriptOf(session, result, run);
  return { session, result, entries, told: entries.map(inShort) };
}

/** `put a 1 → null`, `kill 1`, `put a 1 → none`. */
function inShort(entry: Entry): string {
  switch (entry.kind) {
    case 'comment':
      return `# ${entry.text}`;
    case 'request':
      return `${entry.text} → ${entry.answer === undefined ? 'none' : entry.answer.output}`;
    case 'late-answer':
      return `late: ${entry.text} → ${entry.answer.output}`;
    case 'not-reached':
      return `not reached: ${entry.text}`;
    default:
      return entry.text;
  }
}
