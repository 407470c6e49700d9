/** Nodes that restart in turn, and nodes that come back as another build. */
import { describe, expect, test } from 'vitest';
import type { OptionSchema, Options } from '../../sim/contract.ts';
import type { PlannedFault } from '../../sim/plan.ts';
import type { BuildChange } from '../../sim/simulation-config.ts';
import {
  type Changes,
  lines,
  MACHINE,
  type Outcome,
  type ReplicaBehaviour,
  type Script,
  scripted,
  simulate,
} from './scripted.ts';

describe('a rolling restart', () => {
  const rolling: PlannedFault = {
    at: 1_000,
    fault: 'rolling-restart',
    order: [2, 0, 1],
    down: 300,
    up: 200,
  };

  function lives(faults: readonly PlannedFault[], changes: Changes = {}): string[] {
    const { records } = simulate({}, { replicas: 3, faults, ...changes });
    return records
      .filter(({ kind }) => kind === 'crash' || kind === 'restart')
      .map(({ time, kind, node }) => `${kind} n${node} ${time}`);
  }

  test('takes one after the other down, and up again before the next', () => {
    expect(lives([rolling])).toEqual([
      'crash n2 1000',
      'restart n2 1300',
      'crash n0 1500',
      'restart n0 1800',
      'crash n1 2000',
      'restart n1 2300',
    ]);
  });

  test('that ends early leaves nobody down, and goes on with nobody', () => {
    const ended = ['crash n2 1000', 'restart n2 1300', 'crash n0 1500', 'restart n0 1600'];
    expect(lives([{ ...rolling, lasts: 600 }])).toEqual(ended);
    const busy: Changes = { clients: 1, operations: [{ at: 0, client: 0, operation: null }] };
    expect(lives([rolling], { ...busy, ending: { kind: 'quiet', healAt: 1_600 } })).toEqual(ended);
  });

  test('passes over who is down already, and does not restart it', () => {
    const down: PlannedFault = { at: 500, fault: 'crash', node: 0, lasts: 5_000 };
    expect(lives([down, rolling])).toEqual([
      'crash n0 500',
      'crash n2 1000',
      'restart n2 1300',
      'crash n1 1700',
      'restart n1 2000',
      'restart n0 5500',
    ]);
  });

  test('passes over whose crash is more than the protocol survives', () => {
    const { records } = simulate(
      { claims: { survives: (_, replica) => replica !== 0 } },
      { replicas: 3, faults: [rolling], withinClaims: true },
    );
    expect(lines(records, 'crash')).toEqual(['1000 n2', '1700 n1']);
  });
});

describe('a node that comes back as another build', () => {
  const OPTIONS: readonly OptionSchema[] = [
    { name: 'pace', about: '', type: 'integer', default: 1, min: 1, max: 9, mayDiffer: true },
    { name: 'quorum', about: '', type: 'integer', default: 2, min: 1, max: 9 },
  ];

  /** Each start tells its node's build and options. */
  function starts(
    faults: readonly PlannedFault[],
    changes: Changes = {},
  ): Outcome & { told: string[] } {
    const told: string[] = [];
    const build = (name: string): Script => ({
      optionSchema: OPTIONS,
      replica: { start: (env) => void told.push(`n${env.id} ${name}`) },
    });
    const builds = ({ mutant = 'same', options = {} }: BuildChange) => ({
      protocol: scripted(build(`${mutant} ${inWords(options)}`)),
      machine: MACHINE,
      options,
    });
    const outcome = simulate(build('original'), { faults, builds, ...changes });
    return { ...outcome, told: told.slice(2) };
  }

  function inWords(options: Options): string {
    return Object.entries(options)
      .map((entry) => entry.join('='))
      .join();
  }

  const change: PlannedFault = {
    at: 1_000,
    fault: 'version-change',
    node: 1,
    options: { pace: 3 },
    lasts: 500,
  };

  test('is down for as long as the fault lasts, and stays what it is', () => {
    const later: PlannedFault = { at: 3_000, fault: 'crash', node: 1, lasts: 10 };
    const { told, records } = starts([change, later]);
    expect(lines(records, 'restart')).toEqual(['1500 n1', '3010 n1']);
    expect(told).toEqual(['n1 same pace=3', 'n1 same pace=3']);
  });

  test('may have a planted bug, on this node alone', () => {
    const { told } = starts([
      { ...change, mutant: 'X-1' },
      { at: 3_000, fault: 'crash', node: 0, lasts: 10 },
    ]);
    expect(told).toEqual(['n1 X-1 pace=3', 'n0 original']);
  });

  test('may be replaced by a third one', () => {
    const { told } = starts([change, { ...change, at: 2_000, options: { pace: 4 } }]);
    expect(told).toEqual(['n1 same pace=3', 'n1 same pace=4']);
  });

  test('has within the claims only options that nodes may have differently', () => {
    const unlike: PlannedFault = { ...change, options: { pace: 3, quorum: 1 } };
    const status = (withinClaims: boolean): unknown =>
      starts([unlike], { withinClaims }).simulation.faults.accounts[0]?.status;
    expect(status(true)).toBe('held-back');
    expect(status(false)).toBe('fired');
    const like = starts([change], { withinClaims: true });
    expect(like.simulation.faults.accounts[0]?.status).toBe('fired');
  });

  test('has within the claims only options that go together with what others have', () => {
    const limits = ({ pace }: Options) => [
      { option: 'rest', most: Number(pace), because: 'it is part of the pace' },
    ];
    const optionSchema = OPTIONS.map((option) => {
      return option.name === 'quorum' ? { ...option, name: 'rest', mayDiffer: true } : option;
    });
    const build = scripted({ optionSchema, limits });
    const options = { pace: 5, rest: 4 };
    const builds = (other: BuildChange) => {
      return { protocol: build, machine: MACHINE, options: { ...options, ...other.options } };
    };
    const status = (faults: PlannedFault[], withinClaims = true): unknown =>
      simulate(
        { optionSchema: OPTIONS, limits },
        { faults, builds, options, withinClaims },
      ).simulation.faults.accounts.at(-1)?.status;
    expect(status([change])).toBe('held-back');
    expect(status([change], false)).toBe('fired');
    expect(status([{ ...change, options: { pace: 4 } }])).toBe('fired');
    const slower: PlannedFault = { ...change, at: 100, node: 0, options: { rest: 5 } };
    expect(status([slower])).toBe('fired');
    expect(status([slower, { ...change, options: { pace: 4 } }])).toBe('held-back');
  });

  test('is what it was where there are no other builds: the fault is held back', () => {
    const { simulation } = simulate({}, { faults: [change] });
    expect(simulation.faults.accounts[0]?.status).toBe('held-back');
    expect(simulation.counts.crashes).toBe(0);
  });

  test('is told its own options, and the others theirs', () => {
    const seen: string[] = [];
    const protocol = scripted({ optionSchema: OPTIONS });
    const watched = {
      ...protocol,
      replica: (...[env, cluster, machine]: Parameters<typeof protocol.replica>) => {
        seen.push(`n${env.id} ${inWords(cluster.options)}`);
        return protocol.replica(env, cluster, machine);
      },
    };
    const builds = () => ({ protocol: watched, machine: MACHINE, options: { pace: 3 } });
    simulate({}, { faults: [change], builds });
    expect(seen).toEqual(['n1 pace=3']);
  });

  test('is waited for as patiently as the most patient build asks', () => {
    const patient = scripted({ claims: { progressWithin: 900_000 } });
    const builds = () => ({ protocol: patient, machine: MACHINE, options: {} });
    const operations = [{ at: 0, client: 0, operation: null }];
    const { end } = simulate(
      { replica: TICKING },
      {
        clients: 1,
        operations,
        faults: [change],
        builds,
        ending: { kind: 'quiet', healAt: 5_000 },
      },
    );
    expect(end.stalled).toBe(true);
    expect(end.at).toBeGreaterThan(900_000);
  });
});

/** Keeps events coming. */
const TICKING: ReplicaBehaviour = {
  start: (env) => env.setTimer('tick', 1_000),
  expire: (env) => env.setTimer('tick', 1_000),
};
