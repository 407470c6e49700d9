import { describe, expect, test } from 'vitest';
import {
  builtIn,
  findScenarios,
  type Mutant,
  type Plain,
  type PlannedOperation,
  type Registry,
  type RunResult,
  type RunSpec,
  run,
  SpecError,
  type StateMachine,
} from '../../scenarios/index.ts';

const OPENING = 10;
const TRANSFER = { f: 'transfer', from: 'a0', to: 'a2', amount: 4 };

/** A bank of accounts that open with ten each; asked in fields that no model of ours knows. */
const bank: StateMachine<Map<string, number>> = {
  name: 'bank',
  initial: () => new Map(),
  apply(accounts, operation) {
    const [what, from, to, amount] = read(operation);
    const available = accounts.get(from) ?? OPENING;
    if (what === 'balance') return available;
    if (available < amount) return false;
    accounts.set(from, available - amount);
    accounts.set(to, (accounts.get(to) ?? OPENING) + amount);
    return true;
  },
  clone: (accounts) => new Map(accounts),
  isReadOnly: (operation) => read(operation)[0] === 'balance',
};

function read(operation: Plain): [what: string, from: string, to: string, amount: number] {
  const fields: { readonly [name: string]: Plain } = { ...(operation as object) };
  return [String(fields.f), String(fields.from), String(fields.to), Number(fields.amount)];
}

/** The planted bug: a transfer that is refused for want of money is confirmed. */
const careless: Mutant = {
  id: 'BANK-1',
  summary: 'a transfer that is refused is confirmed',
  difficulty: 'easy',
  apply: ({ protocol, machine }) => ({
    protocol,
    machine: {
      ...machine,
      apply: (accounts, operation) => machine.apply(accounts, operation) || true,
    },
  }),
};

const registry: Registry = {
  ...builtIn,
  machines: [...builtIn.machines, bank],
  mutants: [...builtIn.mutants, careless],
};

/** Each client moves more than the accounts hold, and looks at them in between. */
function operationsOf(clients: number): PlannedOperation[] {
  return Array.from({ length: 24 }, (_, index) => {
    const from = `a${index % 2}`;
    const operation =
      index % 3 === 2 ? { f: 'balance', from } : { f: 'transfer', from, to: 'a2', amount: 4 };
    return { at: index * 10_000, client: index % clients, operation };
  });
}

function specOf(scenario: string, seed: string, changes: Partial<RunSpec> = {}): RunSpec {
  const drawn = findScenarios(scenario)[0]!.draw(seed, { clients: 3 });
  const plan = { faults: run(drawn).spec.plan.faults, operations: operationsOf(3) };
  return { ...drawn, machine: 'bank', plan, ...changes };
}

function seedsOf(scenario: string, changes: Partial<RunSpec> = {}): RunResult[] {
  return Array.from({ length: 12 }, (_, index) =>
    run(specOf(scenario, `0x${index + 1}`, changes), { registry }),
  );
}

describe("a user's own state machine", () => {
  test.each(['vr/chaos', 'single/calm', 'chain2/calm'])('passes in %s', (scenario) => {
    const results = seedsOf(scenario);
    expect(results.flatMap(({ failures, inconclusive }) => [...failures, ...inconclusive])).toEqual(
      [],
    );
    const answers = results.flatMap(({ history }) => history.map(({ output }) => output));
    expect(answers).toEqual(expect.arrayContaining([true, false, 2]));
  });

  test('is what its own wrong replies are held against', () => {
    const wrong = seedsOf('vr/calm', { mutant: careless.id, oracles: ['linearizability'] });
    const failures = wrong.flatMap((result) => result.failures);
    expect(new Set(failures.map(({ oracle }) => oracle))).toEqual(new Set(['linearizability']));
    expect(failures.length).toBe(wrong.length);
    expect(failures[0]?.message).toContain('transfer amount 4 from a0 to a2 → true');
    const [result] = wrong;
    const stuckAt = result?.failures[0]?.evidence?.stuckAt ?? -1;
    expect(result?.history[stuckAt]).toMatchObject({ operation: TRANSFER });
  });

  test('is what each wrong reply is held against as soon as it is given', () => {
    const wrong = seedsOf('vr/calm', { mutant: careless.id });
    const oracles = wrong.map(({ failures }) => failures[0]?.oracle);
    expect(oracles).toEqual(wrong.map(() => 'replies'));
  });

  test('is broken by a bug planted in the protocol, and linearizability alone sees it', () => {
    const results = seedsOf('vr/chaos', { mutant: 'CL-1', oracles: ['linearizability'] });
    const oracles = results.flatMap(({ failures }) => failures.map(({ oracle }) => oracle));
    expect(oracles).toContain('linearizability');
  });

  test('is unknown to a run that was not told of it', () => {
    const spec = specOf('vr/calm', '0x1');
    expect(() => run(spec)).toThrow(SpecError);
    expect(() => run(spec)).toThrow('unknown state machine "bank"');
    expect(() => run({ ...spec, machine: 'kv', mutant: 'BANK-1' })).toThrow('unknown mutant');
  });
});
