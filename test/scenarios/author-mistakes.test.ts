/** What authors of protocols get wrong: it ends the run, or is refused, and whose it is is told. */
import { describe, expect, test } from 'vitest';
import { SpecError } from '../../scenarios/assemble.ts';
import { judge } from '../../scenarios/campaign-run.ts';
import { run } from '../../scenarios/run.ts';
import { shrink, smallFailure } from '../../scenarios/shrink/shrink.ts';
import type { Failure, RunResult, RunSpec } from '../../scenarios/spec.ts';
import type { Mutant, Process, Protocol } from '../../sim/contract.ts';
import { ledger, ledgerBugs } from './ledger.ts';
import { ledgerSpec, ledgers } from './ledger-spec.ts';
import { failureOf, ledgerThat, runOf, wrong } from './mistaken-ledger.ts';

describe('a handler', () => {
  const promised = new Promise<void>(() => undefined);
  const returned = 'from its handler receive: handlers';

  test('that returns a promise is told that handlers are synchronous', () => {
    const { message, invariant } = failureOf(ledgerThat(() => promised));
    expect([message, invariant]).toEqual([
      `n1 returned a promise ${returned} are synchronous`,
      'receive',
    ]);
  });

  test('that returns a promise that is rejected later does not end the process', async () => {
    const rejections: unknown[] = [];
    const listen = (reason: unknown): void => void rejections.push(reason);
    process.once('unhandledRejection', listen);
    failureOf(ledgerThat(async () => Promise.reject(new TypeError('too late'))));
    await new Promise((resolve) => setImmediate(resolve));
    process.removeListener('unhandledRejection', listen);
    expect(rejections).toEqual([]);
  });

  test('that returns anything else is told that handlers return nothing', () => {
    expect(failureOf(ledgerThat(() => 7)).message).toBe(`n1 returned 7 ${returned} return nothing`);
  });

  const others: readonly (readonly [keyof Process, Partial<Process>])[] = [
    ['start', { start: () => wrong(promised) }],
    ['expire', { expire: () => wrong(promised) }],
  ];
  test.each(others)('%s may not either', (handler, changes) => {
    const replica: Protocol['replica'] = (env, cluster, machine) => {
      const process = ledger.replica(env, cluster, machine);
      const { state } = process;
      const start: Process['start'] = (durable) => process.start(durable);
      return { state, start, receive: () => undefined, expire: () => undefined, ...changes };
    };
    expect(failureOf({ ...ledger, replica }).message).toContain(`from its handler ${handler}:`);
  });

  test('of a client may not either', () => {
    const client: Protocol['client'] = (env, cluster, machine) => {
      const process = ledger.client(env, cluster, machine);
      return Object.assign(process, { invoke: () => wrong<void>(promised) });
    };
    const { message, node } = failureOf({ ...ledger, client });
    expect(message).toMatch(/^c\d returned a promise from its handler invoke: /);
    expect(node).toBeGreaterThanOrEqual(2);
  });
});

describe('a process', () => {
  const missing: readonly (readonly [string, unknown, string])[] = [
    ['nothing', undefined, 'undefined'],
    ['a promise', new Promise(() => undefined), 'a promise'],
    [
      'what has no state',
      { start() {}, receive() {}, expire() {} },
      'what has undefined as its state',
    ],
    ['half of one', { state: {}, start() {}, expire() {} }, 'what has no handler receive'],
  ];
  test.each(missing)('cannot be %s', (_what, made, words) => {
    const { message, invariant } = failureOf({ ...ledger, replica: () => wrong(made) });
    expect(invariant).toBe('replica');
    expect(message).toBe(
      `n1 was not made: replica() of the protocol ledger returned ${words}; it has to return an ` +
        'object with a `state`, an object too, and the handlers start, receive, expire',
    );
  });

  test('of a client cannot be nothing', () => {
    // Ties in time are shuffled: the second client is the first to start.
    const { message, node } = failureOf({ ...ledger, client: () => wrong(undefined) });
    expect(message).toContain(
      'c1 was not made: client() of the protocol ledger returned undefined',
    );
    expect(node).toBe(3);
  });
});

test('a state that is a part of itself fails the run, also where all of it is shown', () => {
  const replica: Protocol['replica'] = (env, cluster, machine) => {
    const process = ledger.replica(env, cluster, machine);
    Object.assign(process.state, { self: [process.state] });
    return process;
  };
  const request = { states: true, events: true };
  const { failures, verdict, finalStates } = runOf({ ...ledger, replica }, {}, request);
  expect(verdict).toBe('failed');
  expect(failures[0]?.message).toBe(
    'n0 has a state that is no plain data: state.self[0] is a part of itself',
  );
  expect(finalStates?.[0]?.memory).toMatchObject({ self: [null] });
});

describe('what a handler throws', () => {
  const throwing = (message: string): Protocol =>
    ledgerThat(() => {
      throw new TypeError(message);
    });

  test('is shown with its message and where it was', () => {
    const { message, thrown } = failureOf(throwing('the log is gone'));
    expect(message).toBe('n1 threw TypeError');
    expect(thrown).toMatchObject({ name: 'TypeError', message: 'the log is gone' });
    expect(thrown?.stack.length).toBeGreaterThan(0);
    // Nothing of what has called the handler: neither the simulation nor who runs it.
    for (const frame of thrown?.stack ?? []) {
      expect(frame).toMatch(/test\/scenarios\/(author-mistakes\.test|mistaken-ledger)\.ts:/);
    }
  });

  test('is told apart by nothing but its class', () => {
    const [one, other] = [runOf(throwing('one')), runOf(throwing('other'))];
    const compared = ({ traceHash, failures }: RunResult): unknown => [
      traceHash,
      failures.map(({ thrown: _thrown, ...failure }) => failure),
    ];
    expect(compared(one)).toEqual(compared(other));
    expect(one.failures[0]?.thrown?.message).not.toBe(other.failures[0]?.thrown?.message);
  });

  test('may be anything', () => {
    const anything = ledgerThat(() => {
      throw 'a word';
    });
    const { message, thrown } = failureOf(anything);
    expect(message).toBe('n1 threw string');
    expect(thrown).toEqual({ name: 'string', message: 'a word', stack: [] });
  });
});

describe('what is thrown outside of handlers', () => {
  const oracleOf = (protocol: Protocol): Failure | undefined => {
    const registry = { ...ledgers, protocols: [protocol] };
    const engine = {
      draw: () => ledgerSpec(),
      run: (spec: RunSpec) => run(spec, { registry }),
    };
    return judge(engine, ledgerSpec()).failures[0];
  };

  test('by the protocol is its own failure', () => {
    const decidedCount = (): number => {
      throw new RangeError('no count');
    };
    const failure = oracleOf({ ...ledger, decidedCount });
    expect(failure).toMatchObject({ oracle: 'no-exception', invariant: 'RangeError' });
    expect(failure?.message).toBe(
      'the protocol ledger, on the state machine kv, threw RangeError outside of its handlers',
    );
    expect(failure?.thrown?.message).toBe('no count');
  });

  test('by the protocol is shrunk like other failures', () => {
    const decidedCount = (): number => {
      throw new RangeError('no count');
    };
    const registry = { ...ledgers, protocols: [{ ...ledger, decidedCount }] };
    const engine = {
      registry,
      draw: () => ledgerSpec(),
      run: (spec: RunSpec) => run(spec, { registry }),
    };
    const { spec, failures } = judge(engine, ledgerSpec());
    const [target] = failures;
    if (target === undefined) throw new Error('the run has not failed');
    const outcome = shrink(engine, { spec, target, budget: { runs: 200 } });
    expect(outcome.kind).toBe('shrunk');
    if (outcome.kind !== 'shrunk') return;
    const small = smallFailure(engine, outcome);
    expect(small.failure).toMatchObject({ oracle: 'no-exception', invariant: 'RangeError' });
  });

  test('by the engine is ours', () => {
    // The oracles take what this returns for a list.
    const failure = oracleOf({ ...ledger, invariants: wrong(7) });
    expect(failure?.oracle).toBe('internal-error');
  });
});

describe('a planted bug', () => {
  const planted = (apply: Mutant['apply']): (() => RunResult) => {
    const mutant: Mutant = { id: 'mine', summary: 'none', difficulty: 'easy', apply };
    const registry = { ...ledgers, mutants: [...ledgerBugs, mutant] };
    return () => run(ledgerSpec({ mutant: 'mine' }), { registry });
  };

  test('whose apply returns nothing is refused by its name', () => {
    const refused = planted(() => wrong(undefined));
    expect(refused).toThrow(SpecError);
    expect(refused).toThrow(
      'mutant mine of ledger: its apply returned undefined; it has to return { protocol, machine }',
    );
  });

  test('whose apply throws is refused by its name, with what it threw and where', () => {
    const refused = planted(() => {
      throw new TypeError('no such rule');
    });
    expect(refused).toThrow(SpecError);
    expect(refused).toThrow('mutant mine of ledger: its apply threw TypeError: no such rule at ');
    expect(refused).toThrow('author-mistakes.test.ts');
  });
});

describe('a run that is repeated', () => {
  test('shows marks that are reached by chance', () => {
    let calls = 0;
    const unsteady = ledgerThat((env) => {
      // As chance without a seed would have it: the second run marks less than the first.
      if (calls++ < 40) env.mark('never-reached');
    });
    const registry = { ...ledgers, protocols: [unsteady] };
    const engine = {
      draw: () => ledgerSpec(),
      run: (spec: RunSpec) => run(spec, { registry }),
    };
    const [failure] = judge(engine, ledgerSpec(), { twice: true }).failures;
    expect(failure?.oracle).toBe('determinism');
    expect(failure?.message).toMatch(
      /^the same spec run twice reached the mark never-reached \d+ times, then \d+$/,
    );
  });
});
