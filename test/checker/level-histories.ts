/**
 * Small random histories for the weaker levels: registers whose reads answer any old value, so that
 * each level accepts some of them and refuses others.
 */

import type { HistoryOperation, Plain } from '../../checker/index.ts';
import { Dice, historyKinds, type RandomHistory, randomHistory } from './random-histories.ts';

/** What the values of a kind of history are like. */
interface Shape {
  readonly model: 'register' | 'cas-register' | 'kv';
  readonly keys: readonly string[];
  /** Whether each value is written once. */
  readonly unique: boolean;
  /** One answer of so many is not known. */
  readonly unknown?: number;
}

const shapes: Readonly<Record<string, Shape>> = {
  'stale register': { model: 'register', keys: [''], unique: true },
  'stale register of unknown answers': {
    model: 'register',
    keys: [''],
    unique: true,
    unknown: 3,
  },
  'stale registers': { model: 'register', keys: ['x', 'y'], unique: true },
  'stale registers of few values': { model: 'register', keys: ['x', 'y'], unique: false },
  'stale cas-registers': { model: 'cas-register', keys: ['x', 'y'], unique: true },
  'stale cas-registers of few values': { model: 'cas-register', keys: ['x', 'y'], unique: false },
  'stale kv': { model: 'kv', keys: ['x', 'y', 'z'], unique: true },
};

/** Histories whose reads answer old values. */
export const staleKinds: readonly string[] = Object.keys(shapes);

/** Those, and the histories of all models. */
export const levelKinds: readonly string[] = [...staleKinds, ...historyKinds];

const OPERATIONS_MAX = 7;
const INITIAL: Plain = 0;

/** A history of up to seven operations; the same one for the same kind and seed. */
export function levelHistory(kind: string, seed: number): RandomHistory {
  const shape = shapes[kind];
  if (shape === undefined) return randomHistory(kind, seed);
  const dice = new Dice(seed);
  const count = 2 + dice.below(OPERATIONS_MAX - 1);
  const processCount = 1 + dice.below(3);
  const clocks = Array.from({ length: processCount }, (_, process) => ({ process, now: 0 }));
  let nextProcess = processCount;
  const drafts = Array.from({ length: count }, (_, serial) => {
    const clock = dice.pick(clocks);
    const call = clock.now + dice.below(4);
    const returned = dice.once(8) ? null : call + dice.below(8);
    const { process } = clock;
    clock.now = returned ?? call;
    if (returned === null) clock.process = nextProcess++;
    const key = dice.pick(shape.keys);
    const value = shape.unique ? serial + 1 : 1 + dice.below(2);
    const f = dice.pick(shape.model === 'cas-register' ? ['cas', 'read', 'write'] : FS);
    return { process, f, ...(key === '' ? {} : { key }), value, call, return: returned };
  });
  const operations = drafts.map((draft) => filledIn(draft, shape, drafts, dice));
  return { model: shape.model, initial: INITIAL, operations };
}

const FS = ['read', 'read', 'write'] as const;

interface Draft extends HistoryOperation {
  readonly value: number;
}

/** Makes the operation of a draft: reads answer any value of the key, old or new. */
function filledIn(
  { value, ...rest }: Draft,
  shape: Shape,
  drafts: readonly Draft[],
  dice: Dice,
): HistoryOperation {
  // Rarely what nobody writes, or what is not yet being written.
  const by = dice.once(20) ? Number.POSITIVE_INFINITY : (rest.return ?? Number.POSITIVE_INFINITY);
  const writers = drafts.filter(
    ({ f, key, call }) => f !== 'read' && key === rest.key && call <= by,
  );
  const written = writers.map((writer) => writer.value).filter((each) => each !== value);
  const seen = dice.once(50) ? 9 : dice.pick([...written, ...written, INITIAL]);
  const isUnknown = rest.return === null || dice.once(shape.unknown ?? 20);
  if (rest.f === 'write') {
    return { ...rest, f: shape.model === 'kv' ? 'put' : 'write', value };
  }
  if (rest.f === 'read') {
    const asked = { ...rest, f: shape.model === 'kv' ? 'get' : 'read' };
    return isUnknown ? asked : { ...asked, output: seen };
  }
  const swap = { ...rest, value: [seen, value] };
  if (rest.return === null) return swap;
  return { ...swap, output: !dice.once(4) };
}
