/** How many operations return within a time: what a scenario may expect of its clients. */
import type { HistoryRecord } from '../sim/clients.ts';
import type { StateMachine } from '../sim/contract.ts';
import { milliseconds, nodeName } from './oracles/words.ts';
import type { ReturnWindow, RunSpec, WindowOutcome } from './spec.ts';

/** What runs: `StateMachine.isReadOnly` tells reads from writes. */
type Machine = Pick<StateMachine, 'isReadOnly'>;

/** Indices into the history of what the window counts, in the order in which it returned. */
export function returnsIn(
  window: ReturnWindow,
  history: readonly HistoryRecord[],
  machine: Machine,
  replicas: number,
): readonly number[] {
  const counted: number[] = [];
  for (const [index, entry] of history.entries()) {
    if (isCounted(window, entry, machine, replicas)) counted.push(index);
  }
  return counted.sort((one, other) => endOf(history[one]) - endOf(history[other]) || one - other);
}

function isCounted(
  window: ReturnWindow,
  entry: HistoryRecord,
  machine: Machine,
  replicas: number,
): boolean {
  const { from, until } = window;
  const { end, isRefused } = entry;
  if (isRefused || end === null || end < from || end >= until) return false;
  return isMeant(window, entry, machine, replicas);
}

/** Whether anybody waited for what the window counts, half of its time at least. */
export function isAwaited(
  window: ReturnWindow,
  history: readonly HistoryRecord[],
  machine: Machine,
  replicas: number,
): boolean {
  const half = (window.from + window.until) / 2;
  return history.some((entry) => {
    const isOpen = entry.call <= half && (entry.end === null || entry.end >= window.from);
    return isOpen && isMeant(window, entry, machine, replicas);
  });
}

function isMeant(
  { clients, kind, level }: ReturnWindow,
  { node, operation, level: asked }: HistoryRecord,
  machine: Machine,
  replicas: number,
): boolean {
  if (clients !== undefined && !clients.includes(node - replicas)) return false;
  if (level !== undefined && level !== asked) return false;
  return kind === undefined || (kind === 'reads') === machine.isReadOnly(operation);
}

function endOf(entry: HistoryRecord | undefined): number {
  return entry?.end ?? 0;
}

/** How each window of the spec has turned out, in their order. */
export function windowOutcomes(
  { expect, replicas }: Pick<RunSpec, 'expect' | 'replicas'>,
  history: readonly HistoryRecord[],
  machine: Machine,
): readonly WindowOutcome[] {
  return (expect?.windows ?? []).map((window) => {
    const returned = returnsIn(window, history, machine, replicas).length;
    return {
      what: windowInWords(window, replicas),
      expected: expectedInWords(window),
      returned,
      isMet: isMet(window, returned),
    };
  });
}

/** Whether so many operations are what the window expects. */
export function isMet(
  { atLeast = 0, atMost = Number.POSITIVE_INFINITY }: Pick<ReturnWindow, 'atLeast' | 'atMost'>,
  returned: number,
): boolean {
  return returned >= atLeast && returned <= atMost;
}

/** `the minority side: sequential reads by c1 and c2, 5 ms to 90 ms` */
export function windowInWords(window: ReturnWindow, replicas: number): string {
  const { about, from, until, clients, kind = 'operations', level } = window;
  return [
    about === undefined ? '' : `${about}: `,
    level === undefined ? '' : `${level} `,
    kind,
    clients === undefined || clients.length === 0 ? '' : clientsInWords(clients, replicas),
    `, ${milliseconds(from)} to ${milliseconds(until)}`,
  ].join('');
}

/** ` by c1 and c2`; of three or more in a row, ` by c0 to c5`. */
function clientsInWords(clients: readonly number[], replicas: number): string {
  const names = clients.map((client) => nodeName(replicas + client, replicas));
  const isRow = clients.every((client, index) => client === clients[0]! + index);
  if (isRow && names.length > 2) return ` by ${names[0]} to ${names.at(-1)}`;
  return ` by ${names.join(' and ')}`;
}

/** `at least 1`, `at most 3`, `none`, `7`, `2 to 5` */
export function expectedInWords({ atLeast, atMost }: ReturnWindow): string {
  if (atMost === undefined) return `at least ${atLeast}`;
  if (atMost === 0) return 'none';
  if (atLeast === undefined) return `at most ${atMost}`;
  return atLeast === atMost ? `${atLeast}` : `${atLeast} to ${atMost}`;
}
