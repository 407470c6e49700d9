/** Why the expectation that a scenario has of itself was not judged. */
import type { Alteration, RunSpec } from '../scenarios/spec.ts';

const MICROS_PER_MS = 1_000;

/** One sentence, or undefined if it was judged or there is none. */
export function unjudgedInWords({
  scenario,
  unjudged = [],
}: Pick<RunSpec, 'scenario' | 'unjudged'>): string | undefined {
  if (unjudged.length === 0) return undefined;
  const are = unjudged.length === 1 ? 'is' : 'are';
  return `expectation not judged: ${listed(unjudged)} ${are} not what ${scenario} describes`;
}

/** The settings as the command line has them: `--nodes 5, --ops 20`. */
function listed(unjudged: readonly Alteration[]): string {
  return unjudged.map(asFlag).join(', ');
}

function asFlag({ setting, value }: Alteration): string {
  switch (setting) {
    case 'replicas':
      return `--nodes ${value}`;
    case 'clients':
      return `--clients ${value}`;
    case 'operations':
      return `--ops ${value}`;
    case 'duration':
      return `--duration ${Number(value) / MICROS_PER_MS}ms`;
    case 'maxEvents':
      return `--max-events ${value}`;
    case 'serviceTime':
      return `--service-time ${value}us`;
    case 'option':
      return `--set ${value}`;
    case 'faults':
      return `--faults ${value}`;
    case 'mutant':
      return `--mutant ${value}`;
    default:
      return setting satisfies never;
  }
}
