import { describe, expect, it } from 'vitest';
import { counter } from '../../protocols/state-machines/counter.ts';
import { machines } from '../../protocols/state-machines/index.ts';
import { kv } from '../../protocols/state-machines/kv.ts';
import { list } from '../../protocols/state-machines/list.ts';
import { mutants } from '../../protocols/state-machines/mutants.ts';
import { register } from '../../protocols/state-machines/register.ts';
import { unreplicated } from '../../protocols/unreplicated/index.ts';
import type { Protocol, StateMachine } from '../../sim/contract.ts';
import type { Plain } from '../../sim/plain.ts';

function replies<A>(machine: StateMachine<A>, operations: readonly Plain[]): Plain[] {
  const app = machine.initial();
  return operations.map((operation) => machine.apply(app, operation));
}

describe('the key-value store', () => {
  it('answers null for an absent key and the value for a present one', () => {
    const answers = replies(kv, [
      { f: 'get', key: 'x' },
      { f: 'put', key: 'x', value: 1 },
      { f: 'get', key: 'x' },
      { f: 'delete', key: 'x' },
      { f: 'get', key: 'x' },
    ]);
    expect(answers).toEqual([null, null, 1, null, null]);
  });

  it('sets by cas only what it expects, where an absent key is null', () => {
    const answers = replies(kv, [
      { f: 'cas', key: 'x', value: [null, 1] },
      { f: 'cas', key: 'x', value: [2, 3] },
      { f: 'get', key: 'x' },
      { f: 'put', key: 'x', value: { a: [1], b: 2 } },
      { f: 'cas', key: 'x', value: [{ b: 2, a: [1] }, 4] },
      { f: 'get', key: 'x' },
    ]);
    expect(answers).toEqual([true, false, 1, null, true, 4]);
  });

  it('takes names of Object.prototype for keys like any other', () => {
    const answers = replies(kv, [
      { f: 'get', key: '__proto__' },
      { f: 'get', key: 'constructor' },
      { f: 'put', key: '__proto__', value: 5 },
      { f: 'get', key: '__proto__' },
    ]);
    expect(answers).toEqual([null, null, null, 5]);
  });

  it('clones to a state of its own', () => {
    const app = kv.initial();
    kv.apply(app, { f: 'put', key: '__proto__', value: 1 });
    const copy = kv.clone(app);
    kv.apply(app, { f: 'put', key: '__proto__', value: 2 });
    expect(kv.apply(copy, { f: 'get', key: '__proto__' })).toBe(1);
    expect(kv.apply(copy, { f: 'get', key: 'toString' })).toBe(null);
  });
});

describe('the other machines', () => {
  it('a counter adds', () => {
    const add = { f: 'add', value: 2 };
    expect(replies(counter, [add, add, { f: 'read' }])).toEqual([null, null, 4]);
  });

  it('a list reads what was appended, and a reply does not change later', () => {
    const app = list.initial();
    list.apply(app, { f: 'append', value: 1 });
    const first = list.apply(app, { f: 'read' });
    list.apply(app, { f: 'append', value: 2 });
    expect(first).toEqual([1]);
    expect(list.apply(app, { f: 'read' })).toEqual([1, 2]);
  });

  it('a register reads, writes and compares', () => {
    const answers = replies(register, [
      { f: 'read' },
      { f: 'write', value: 1 },
      { f: 'cas', value: [1, 2] },
      { f: 'cas', value: [1, 3] },
      { f: 'read' },
    ]);
    expect(answers).toEqual([null, null, true, false, 2]);
  });

  it.each(machines.map((machine) => [machine.name, machine] as const))(
    '%s answers null to what it does not know, and changes nothing',
    (_name, machine) => {
      const app = machine.initial();
      for (const operation of [null, 1, 'put', [], { f: 'explode' }, { f: 'cas', value: 1 }]) {
        machine.apply(app, operation);
      }
      expect(app).toEqual(machine.initial());
    },
  );

  it('what is called read-only never changes a state', () => {
    for (const machine of machines) {
      for (const f of ['get', 'read', 'put', 'write', 'add', 'append', 'delete', 'cas']) {
        const operation = { f, key: 'x', value: 1 };
        const app = machine.initial();
        machine.apply(app, operation);
        if (machine.isReadOnly(operation)) expect(app).toEqual(machine.initial());
      }
    }
  });
});

describe('planted bugs of state machines', () => {
  it('SM-1 answers differently from run to run', () => {
    const { machine } = apply('SM-1', list);
    const appends = Array.from({ length: 200 }, (_, value) => ({ f: 'append', value }));
    const twice = [1, 2].map(() => JSON.stringify(replies(machine, [...appends, { f: 'read' }])));
    expect(twice[0]).not.toBe(twice[1]);
  });

  it('SM-3 writes by a cas that fails, and says that it has not', () => {
    const { machine } = apply('SM-3', kv);
    const answers = replies(machine, [
      { f: 'cas', key: 'x', value: [1, 2] },
      { f: 'get', key: 'x' },
    ]);
    expect(answers).toEqual([false, 2]);
  });
});

function apply(id: string, machine: unknown) {
  const mutant = mutants.find((each) => each.id === id)!;
  const protocol = unreplicated as unknown as Protocol;
  return mutant.apply({ protocol, machine: machine as StateMachine });
}
