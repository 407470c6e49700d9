/** What is to be said of a comparison besides its numbers; the same on terminal and page. */
import type { ComparedScenario, ContenderHead } from '../scenarios/compare/compared.ts';
import type { Metric } from '../scenarios/measure/metrics.ts';
import { formatCount, plural } from './words.ts';

/** `5 servers`, `3 to 7 servers`. */
export function serversInWords({ servers }: ComparedScenario): string {
  const { least, most } = servers;
  return least === most ? plural(least, 'server') : `${least} to ${most} servers`;
}

/** Whether the metric tells contenders apart from anything: not if all have none, or all zero. */
export function isTelling({ standings }: ComparedScenario, { id }: Metric): boolean {
  return standings.some(({ metrics }) => {
    const summary = metrics.find(({ metric }) => metric === id)?.summary;
    return summary !== undefined && (summary.most !== 0 || summary.least !== 0);
  });
}

/** Where contenders were not in quite the same world, or not all of their runs are counted. */
export function comparisonNotes(
  contenders: readonly ContenderHead[],
  { standings, leftOut, seeds }: ComparedScenario,
): readonly string[] {
  const notes: string[] = [];
  for (const [place, { others, faults, failed, inconclusive }] of standings.entries()) {
    const label = contenders[place]?.label ?? '';
    if (others > 0) {
      const kind = others === 1 ? 'is no server' : 'are no servers';
      notes.push(
        `${label} has ${plural(others, 'replica')} more that ${kind}: no fault is about them`,
      );
    }
    if (faults.heldBack > 0) {
      const all = faults.struck + faults.heldBack;
      notes.push(
        `${label} was spared ${formatCount(faults.heldBack)} of ${plural(all, 'fault')}: ` +
          'beyond what it claims to survive, or the node was down',
      );
    }
    if (failed + inconclusive > 0) {
      const rest = failed + inconclusive;
      notes.push(`${label}: ${formatCount(rest)} of ${plural(seeds.length, 'run')} not counted`);
    }
  }
  if (leftOut > 0) {
    notes.push(`left out: ${plural(leftOut, 'drawn fault')} about members or builds`);
  }
  return notes;
}
