/** Large random histories for measuring the checker: runs of an object with many clients. */

import type { HistoryOperation, Plain } from '../checker/index.ts';

/** A stream of numbers below 2^32 that depends on its seed alone (xorshift32, Marsaglia 2003). */
export function numbersFrom(seed: number): (bound: number) => number {
  let state = (Math.imul(seed + 1, 0x9e3779b1) ^ 0x5bd1e995) | 1;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}

type Below = (bound: number) => number;

/** What clients ask, and what the object does at the instant of an operation. */
export interface Workload {
  request(below: Below, serial: number): Pick<HistoryOperation, 'f' | 'key' | 'value'>;
  apply(request: Pick<HistoryOperation, 'f' | 'key' | 'value'>): Plain | undefined;
}

export interface Shape {
  readonly operations: number;
  readonly clients: number;
  /** How many operations never return, spread evenly. */
  readonly pending: number;
  readonly seed: number;
}

interface Client {
  process: number;
  at: number;
  phase: 'call' | 'effect' | 'return';
  index: number;
}

export interface Recorded {
  readonly operations: HistoryOperation[];
  /** For each operation its place in the order of effects; -1 if it had none. */
  readonly places: number[];
}

/** Runs the workload: each operation takes effect at an instant between its call and its return. */
export function record(workload: Workload, shape: Shape): Recorded {
  const below = numbersFrom(shape.seed);
  const clients = Array.from({ length: shape.clients }, (_, process): Client => {
    return { process, at: below(100), phase: 'call', index: 0 };
  });
  let nextProcess = shape.clients;
  const operations: HistoryOperation[] = [];
  const places: number[] = [];
  let effects = 0;
  const pendingEvery = shape.pending === 0 ? 0 : Math.floor(shape.operations / shape.pending);
  for (let ended = 0; ended < shape.operations; ) {
    const client = clients.reduce((first, each) => (each.at < first.at ? each : first));
    if (client.phase === 'call') {
      client.index = operations.length;
      const request = workload.request(below, operations.length);
      operations.push({ process: client.process, ...request, call: client.at, return: null });
      places.push(-1);
      client.phase = 'effect';
      client.at += 1 + below(100);
    } else if (client.phase === 'effect') {
      const operation = operations[client.index]!;
      const lost = pendingEvery > 0 && client.index % pendingEvery === pendingEvery - 1;
      if (!lost || below(2) === 0) {
        const output = workload.apply(operation);
        places[client.index] = effects++;
        if (output !== undefined) operations[client.index] = { ...operation, output };
      }
      client.phase = 'return';
      client.at += 1 + below(100);
    } else {
      const operation = operations[client.index]!;
      const lost = pendingEvery > 0 && client.index % pendingEvery === pendingEvery - 1;
      if (lost) {
        const { output: _, ...open } = operation;
        operations[client.index] = open;
        client.process = nextProcess++;
      } else {
        operations[client.index] = { ...operation, return: client.at };
      }
      ended++;
      client.phase = 'call';
      client.at += 1 + below(20);
    }
  }
  return { operations: operations.map(withoutOpenOutput), places };
}

function withoutOpenOutput(operation: HistoryOperation): HistoryOperation {
  if (operation.return !== null) return operation;
  const { output: _, ...open } = operation;
  return open;
}

export type Mix = 'read-write' | 'cas';

/** A register; values come from `values`, or are all different if it is 0. */
export function registerWorkload(mix: Mix, values: number): Workload {
  let state: Plain = null;
  const fresh = (below: Below, serial: number) => (values === 0 ? serial + 1 : below(values));
  return {
    request: (below, serial) => {
      if (below(2) === 0) return { f: 'read' };
      if (mix === 'read-write' || below(4) === 0)
        return { f: 'write', value: fresh(below, serial) };
      const old = values === 0 ? state : below(values);
      return { f: 'cas', value: [old, fresh(below, serial)] };
    },
    apply: ({ f, value }) => {
      if (f === 'read') return state;
      if (f === 'write') {
        state = value ?? null;
        return undefined;
      }
      if (!Array.isArray(value)) return undefined;
      const matches = value[0] === state;
      if (matches) state = value[1] ?? null;
      return matches;
    },
  };
}

/** A key-value store with get and put, and append if wanted; values as for a register. */
export function storeWorkload(
  keys: number,
  appends: boolean,
  initial: Plain,
  values = 5,
): Workload {
  const store = new Map<string, Plain>();
  return {
    request: (below, serial) => {
      const key = String(below(keys));
      if (below(2) === 0) return { f: 'get', key };
      if (!appends) return { f: 'put', key, value: values === 0 ? serial : below(values) };
      return below(10) === 0
        ? { f: 'put', key, value: `p${serial}` }
        : { f: 'append', key, value: `x ${serial} y` };
    },
    apply: ({ f, key = '', value = null }) => {
      if (f === 'get') return store.get(key) ?? initial;
      store.set(key, f === 'put' ? value : `${String(store.get(key) ?? '')}${String(value)}`);
      return undefined;
    },
  };
}

/** A first-in-first-out queue; values come from `values`, or are all different if it is 0. */
export function queueWorkload(values = 0): Workload {
  const items: Plain[] = [];
  return {
    request: (below, serial) =>
      below(2) === 0
        ? { f: 'dequeue' }
        : { f: 'enqueue', value: values === 0 ? serial + 1 : below(values) },
    apply: ({ f, value }) => {
      if (f === 'dequeue') return items.shift() ?? null;
      items.push(value ?? null);
      return undefined;
    },
  };
}

/** A stack; values come from `values`, or are all different if it is 0. */
export function stackWorkload(values = 0): Workload {
  const items: Plain[] = [];
  return {
    request: (below, serial) =>
      below(2) === 0
        ? { f: 'pop' }
        : { f: 'push', value: values === 0 ? serial + 1 : below(values) },
    apply: ({ f, value }) => {
      if (f === 'pop') return items.pop() ?? null;
      items.push(value ?? null);
      return undefined;
    },
  };
}

/** A list that is appended to and read as a whole; values as for a register. */
export function listWorkload(values: number): Workload {
  const items: Plain[] = [];
  return {
    request: (below, serial) => {
      if (below(2) === 0) return { f: 'read' };
      return { f: 'append', value: values === 0 ? serial : below(values) };
    },
    apply: ({ f, value }) => {
      if (f === 'read') return [...items];
      items.push(value ?? null);
      return undefined;
    },
  };
}

/** A set that grows: values are added once each, looked for, and read as a whole. */
export function growingSetWorkload(): Workload {
  const items = new Set<Plain>();
  return {
    request: (below, serial) => {
      if (below(3) === 0) return { f: 'read' };
      if (below(3) === 0) return { f: 'contains', value: below(serial + 1) };
      return { f: 'add', value: serial };
    },
    apply: ({ f, value = null }) => {
      if (f === 'read') return [...items];
      if (f === 'contains') return items.has(value);
      items.add(value);
      return undefined;
    },
  };
}

/** Late, a read sees again what `writers` early writes wrote, and nobody wrote after them. */
export function withValueSeenAgain(
  operations: readonly HistoryOperation[],
  writers: number,
): readonly HistoryOperation[] {
  const value = 'seen again';
  const early = new Set(
    operations
      .slice(Math.floor(operations.length / 5))
      .filter(({ f, return: returned }) => f === 'write' && returned !== null)
      .slice(0, writers),
  );
  const reads = operations.filter(({ f, return: returned }) => f === 'read' && returned !== null);
  const late = reads[Math.floor((reads.length * 4) / 5)];
  return operations.map((each) => {
    if (early.has(each)) return Object.assign({}, each, { value });
    return each === late ? Object.assign({}, each, { output: value }) : each;
  });
}

/** Makes one read late: it answers what was read `distance` operations of its kind before. */
export function withStaleRead(operations: readonly HistoryOperation[], f: string) {
  const reads = operations.filter((each) => each.f === f && each.return !== null);
  const late = reads[Math.floor((reads.length * 4) / 5)];
  const old = reads
    .slice(0, Math.floor(reads.length / 2))
    .reverse()
    .find((each) => each.key === late?.key && each.output !== late?.output);
  return operations.map((each) =>
    each === late && old?.output !== undefined ? { ...each, output: old.output } : each,
  );
}
