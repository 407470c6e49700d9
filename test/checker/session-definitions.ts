/** Session guarantees by their definitions: try every arbitration and every visibility. */

import type { Guarantee, HistoryOperation, Model, Plain } from '../../checker/index.ts';

/** One operation as the definitions see it: a read, a write, or both. */
interface Event {
  readonly operation: HistoryOperation;
  readonly object: string;
  /** Whether an answer of the read was given, and is this one. */
  readonly isRead: boolean;
  readonly answers: (value: Plain) => boolean;
  readonly written?: Plain;
}

/** What is visible to each read. */
type Visible = ReadonlyMap<Event, ReadonlySet<Event>>;

/** Whether some arbitration and some visibility keep all of the guarantees. */
export function keepsByDefinition<State>(
  model: Model<State>,
  initial: Plain,
  operations: readonly HistoryOperation[],
  guarantees: readonly Guarantee[],
): boolean {
  return happenings(model, operations).some((events) =>
    permutations(events.filter((event) => event.written !== undefined)).some((arbitration) =>
      isVisibilityFor(events, arbitration, initial, guarantees),
    ),
  );
}

/** Whether an arbitration that a checker shows explains the history, by the definition. */
export function isArbitration<State>(
  model: Model<State>,
  initial: Plain,
  operations: readonly HistoryOperation[],
  guarantees: readonly Guarantee[],
  order: readonly number[],
): boolean {
  if (new Set(order).size !== order.length) return false;
  const shown = order.map((index) => operations[index]);
  return happenings(model, operations).some((events) => {
    const writes = events.filter((event) => event.written !== undefined);
    const arbitration = shown.flatMap((operation) =>
      writes.filter((event) => event.operation === operation),
    );
    if (arbitration.length !== writes.length || writes.length !== shown.length) return false;
    return isVisibilityFor(events, arbitration, initial, guarantees);
  });
}

/** Each choice of the operations that never returned, as events in the order of the processes. */
function happenings<State>(
  model: Model<State>,
  operations: readonly HistoryOperation[],
): readonly (readonly Event[])[] {
  const pending = operations.filter((operation) => operation.return === null);
  return subsets(pending).map((taken) =>
    operations
      .filter((operation) => operation.return !== null || taken.includes(operation))
      .toSorted((a, b) => a.call - b.call || endOf(a) - endOf(b))
      .map((operation) => eventOf(model, operation)),
  );
}

function eventOf<State>(model: Model<State>, operation: HistoryOperation): Event {
  const access = model.registerAccess?.(operation);
  const same = (one: Plain, other: Plain) => JSON.stringify(one) === JSON.stringify(other);
  const object = operation.key ?? '';
  const blank = { operation, object, isRead: false, answers: () => true };
  switch (access?.kind) {
    case 'read':
      return { ...blank, isRead: true, answers: (value) => same(value, access.value) };
    case 'write':
      return { ...blank, written: access.value };
    case 'swap': {
      const answers = (value: Plain) => same(value, access.from);
      return { ...blank, isRead: true, answers, written: access.to };
    }
    case 'refused':
      return { ...blank, isRead: true, answers: (value) => !same(value, access.from) };
    case 'nothing':
      return { ...blank, isRead: true };
    default:
      throw new Error(`no access to a register: ${JSON.stringify(operation)}`);
  }
}

function isVisibilityFor(
  events: readonly Event[],
  arbitration: readonly Event[],
  initial: Plain,
  guarantees: readonly Guarantee[],
): boolean {
  const reads = events.filter((event) => event.isRead);
  const extend = (visible: Visible, left: readonly Event[]): boolean => {
    if (!guarantees.every((each) => keeps(each, events, arbitration, visible))) return false;
    const [read, ...rest] = left;
    if (read === undefined) return true;
    const called = arbitration.filter((write) => write.operation.call <= endOf(read.operation));
    return subsets(called).some((own) => {
      const last = own.filter((write) => write.object === read.object).at(-1);
      // A swap has not seen itself.
      if (last === read || !read.answers(last?.written ?? initial)) return false;
      return extend(new Map(visible).set(read, new Set(own)), rest);
    });
  };
  return extend(new Map(), reads);
}

/** Whether the guarantee holds among the reads whose visibility has been chosen. */
function keeps(
  guarantee: Guarantee,
  events: readonly Event[],
  arbitration: readonly Event[],
  visible: Visible,
): boolean {
  const isBefore = (a: Event, b: Event) =>
    a !== b && a.operation.process === b.operation.process && events.indexOf(a) < events.indexOf(b);
  const isArbitrated = (a: Event, b: Event) => arbitration.indexOf(a) < arbitration.indexOf(b);
  const reads = [...visible.keys()];
  const wherever = (a: Event, b: Event) =>
    isArbitrated(a, b) && [...visible.values()].every((own) => !own.has(b) || own.has(a));
  switch (guarantee) {
    case 'read-your-writes':
      return reads.every((r) =>
        arbitration.every((a) => !isBefore(a, r) || visible.get(r)!.has(a)),
      );
    case 'monotonic-reads':
      return reads.every((r) =>
        reads.every(
          (s) => !isBefore(r, s) || [...visible.get(r)!].every((a) => visible.get(s)!.has(a)),
        ),
      );
    case 'monotonic-writes':
      return arbitration.every((a) => arbitration.every((b) => !isBefore(a, b) || wherever(a, b)));
    case 'writes-follow-reads':
      // The write of a swap follows its own read.
      return reads.every((r) =>
        arbitration.every(
          (b) => !(isBefore(r, b) || r === b) || [...visible.get(r)!].every((a) => wherever(a, b)),
        ),
      );
    default:
      return guarantee satisfies never;
  }
}

function endOf(operation: HistoryOperation): number {
  return operation.return ?? Number.MAX_SAFE_INTEGER;
}

function subsets<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  return Array.from({ length: 2 ** items.length }, (_, bits) =>
    items.filter((_item, place) => (bits & (1 << place)) !== 0),
  );
}

function permutations<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  if (items.length === 0) return [[]];
  return items.flatMap((item) =>
    permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
  );
}
