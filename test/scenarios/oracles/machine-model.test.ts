import { describe, expect, test } from 'vitest';
import { checkLinearizable, type HistoryOperation } from '../../../checker/index.ts';
import { APPLY, modelOfMachine } from '../../../scenarios/oracles/machine-model.ts';
import type { StateMachine } from '../../../sim/contract.ts';
import type { Plain } from '../../../sim/plain.ts';

interface Guests {
  readonly names: Set<string>;
  readonly seats: Map<string, number>;
}

/** Seats whoever comes; asked in bare strings. The reply is a fresh record each time. */
const seating: StateMachine<Guests> = {
  name: 'seating',
  initial: () => ({ names: new Set(), seats: new Map() }),
  apply(guests, operation) {
    const name = String(operation);
    if (!guests.names.has(name)) guests.seats.set(name, guests.names.size);
    guests.names.add(name);
    return { seat: guests.seats.get(name) ?? null, name };
  },
  clone: ({ names, seats }) => ({ names: new Set(names), seats: new Map(seats) }),
  isReadOnly: () => false,
};

const model = modelOfMachine(seating);

function came(process: number, name: string, call: number, output?: Plain): HistoryOperation {
  const seated = output === undefined ? {} : { output };
  const end = output === undefined ? null : call + 10;
  return { process, f: APPLY, value: name, call, return: end, ...seated };
}

describe('a state machine as its own model', () => {
  test('answers as the machine does, and leaves the state that it is given alone', () => {
    const before = seating.initial();
    const step = model.step(before, came(0, 'Ada', 0, { name: 'Ada', seat: 0 }));
    expect(step).toEqual({
      ok: true,
      next: { names: new Set(['Ada']), seats: new Map([['Ada', 0]]) },
    });
    expect(before).toEqual(seating.initial());
    expect(model.step(before, came(0, 'Ada', 0, { name: 'Ada', seat: 1 })).ok).toBe(false);
  });

  test('takes an operation that never returned with whatever it would have answered', () => {
    expect(model.step(seating.initial(), came(0, 'Ada', 0)).ok).toBe(true);
  });

  test('tells states apart by what they hold, not by how it came in', () => {
    const key = (...names: string[]) =>
      model.key?.({ names: new Set(names), seats: new Map(names.map((name) => [name, 1])) });
    expect(key('Ada', 'Bob')).toBe(key('Bob', 'Ada'));
    expect(key('Ada')).not.toBe(key('Bob'));
    expect(key()).not.toBe(model.key?.({ names: [], seats: {} }));
    expect(model.key?.({ a: 1, b: [2] })).toBe(model.key?.({ b: [2], a: 1, c: undefined }));
    expect(model.key?.({ a: 1 })).not.toBe(model.key?.([['a', 1]]));
  });

  test('judges histories: concurrent guests in either order, later ones never first', () => {
    const first = { name: 'Ada', seat: 0 };
    const second = { name: 'Bob', seat: 1 };
    const together = [came(0, 'Bob', 0, second), came(1, 'Ada', 5, first)];
    const apart = [came(0, 'Bob', 0, second), came(1, 'Ada', 50, first)];
    expect(checkLinearizable(model, together).verdict).toBe('linearizable');
    const wrong = checkLinearizable(model, apart, { evidence: true });
    expect(wrong.verdict).toBe('not-linearizable');
    expect(wrong.counterexample?.sentence).toContain('"Bob" → {"name":"Bob","seat":1}');
  });
});
