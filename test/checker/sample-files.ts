/** Small files of every format, made from random histories: what the tests of damage begin with. */

import {
  type FormatName,
  HistoryError,
  type HistoryOperation,
  writeJepsenEdn,
  writeQuorumlabHistory,
} from '../../checker/index.ts';
import { keyValue, line, put, range, rangeAnswer, txnAnswer } from './etcd-operations.ts';
import { Dice, historyKinds, randomHistory } from './random-histories.ts';

const EDN_KINDS = ['register', 'cas-register', 'queue', 'stack', 'list', 'growing kv'];

/** A file of the format; the same one for the same seed. */
export function sampleFile(format: FormatName, seed: number): string {
  for (let attempt = seed; ; attempt += 7919) {
    const text = SAMPLES[format](attempt);
    if (text !== undefined) return text;
  }
}

const SAMPLES: { readonly [format in FormatName]: (seed: number) => string | undefined } = {
  'etcd-robustness': etcdSample,
  'jepsen-edn': (seed) => ednSample(EDN_KINDS[seed % EDN_KINDS.length]!, seed),
  'jepsen-log': logSample,
  'paxi-csv': paxiSample,
  'porcupine-kv': storeSample,
  quorumlab: (seed) => {
    const history = randomHistory(historyKinds[seed % historyKinds.length]!, seed);
    const isStore = history.model === 'kv' || history.model === 'dictionary';
    const keyed = history.operations.map((each) => ({ key: 'x', ...each }));
    const operations = isStore ? keyed : history.operations;
    if (operations.length === 0) return undefined;
    return writeQuorumlabHistory({ ...history, operations });
  },
};

function ednSample(kind: string, seed: number): string | undefined {
  try {
    const history = randomHistory(kind, seed);
    return history.operations.length === 0 ? undefined : writeJepsenEdn(history);
  } catch (error) {
    if (error instanceof HistoryError) return undefined;
    throw error;
  }
}

interface Event {
  readonly operation: HistoryOperation;
  readonly isCall: boolean;
}

/** Calls before ends at one instant, but for a process that is called at its own return. */
function eventsOf(operations: readonly HistoryOperation[]): readonly Event[] {
  const events: (Event & { readonly at: number })[] = [];
  for (const operation of operations) {
    const { call, return: returned } = operation;
    events.push({ operation, isCall: true, at: 2 * call });
    if (returned !== null) {
      events.push({ operation, isCall: false, at: 2 * returned + 1 });
    }
  }
  return events.sort((a, b) => a.at - b.at);
}

/** One operation a process, so that none overlaps another of its own. */
function spreadOut(kind: string, seed: number): readonly Event[] {
  const { operations } = randomHistory(kind, seed);
  return eventsOf(operations.map((operation, process) => ({ ...operation, process })));
}

function logSample(seed: number): string | undefined {
  const lines = spreadOut('cas-register', seed).map(({ operation, isCall }) => {
    const { process, f, value, output } = operation;
    const argument = Array.isArray(value) ? `[${value.join(' ')}]` : (value ?? 'nil');
    const answer = f === 'read' ? (output ?? 'nil') : argument;
    const type = isCall ? ':invoke' : f === 'cas' && output === false ? ':fail' : ':ok';
    return `INFO  jepsen.util - ${process}\t${type}\t:${f}\t${isCall ? argument : answer}\n`;
  });
  return lines.length === 0 ? undefined : lines.join('');
}

function storeSample(seed: number): string | undefined {
  const lines = spreadOut('growing kv', seed).flatMap(({ operation, isCall }) => {
    const { process, f, value, output } = operation;
    if (f === 'delete' || (f === 'get' && !isCall && typeof output !== 'string')) return [];
    const said = f === 'get' ? (isCall ? 'nil' : JSON.stringify(output)) : JSON.stringify(value);
    const type = isCall ? ':invoke' : ':ok';
    return `{:process ${process}, :type ${type}, :f :${f}, :key "4", :value ${said}}\n`;
  });
  return lines.length === 0 ? undefined : lines.join('');
}

function paxiSample(seed: number): string | undefined {
  const lines = randomHistory('register', seed).operations.map((operation) => {
    const { f, value = null, output = null, call, return: returned } = operation;
    const end = returned ?? '9223372036854775807';
    const [input, seen] = f === 'write' ? [value, ''] : ['', output];
    return `${seed % 3},${input},${seen},${call},${end}\n`;
  });
  return lines.length === 0 ? undefined : lines.join('');
}

/** Up to five requests of two keys; those that fail took effect every other time. */
function etcdSample(seed: number): string {
  const dice = new Dice(seed);
  const lines = [line(0, [0, 5], range('x'), rangeAnswer(1, []))];
  const stored = new Map<
    string,
    { readonly value: string; readonly at: number; version: number }
  >();
  let revision = 1;
  for (let index = 1; index < 2 + dice.below(6); index++) {
    const times = [10 * index, 10 * index + 8 + dice.below(25)] as const;
    const key = dice.pick(['x', 'x', 'y']);
    const before = stored.get(key);
    if (dice.once(2)) {
      const seenAt = dice.once(8) ? revision - 1 : revision;
      const { value = '', at = 1, version = 1 } = before ?? {};
      const kvs = before === undefined ? [] : [keyValue(key, value, at, version)];
      lines.push(line(index, times, range(key), rangeAnswer(seenAt, kvs)));
      continue;
    }
    const fails = dice.once(2);
    const takesEffect = !fails || dice.once(2);
    if (takesEffect) {
      revision++;
      const version = (before?.version ?? 0) + 1;
      stored.set(key, { value: String(index), at: revision, version });
    }
    const answer = fails ? { Error: 'timeout' } : txnAnswer(revision);
    lines.push(line(index, [times[0], fails ? -1 : times[1]], put(key, String(index)), answer));
  }
  return lines.join('');
}
