import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { InputError } from '../../cli/exit.ts';
import { readReplayable } from '../../cli/saved-files.ts';
import { OPERATIONS_OF } from '../../cli/spec-fit.ts';
import { builtIn } from '../../scenarios/assemble.ts';
import { scenarios } from '../../scenarios/catalogue/index.ts';
import { run } from '../../scenarios/run.ts';
import type { RunSpec } from '../../scenarios/spec.ts';
import { temporaryFolder } from './binary.ts';
import { quorumlab } from './quorumlab.ts';

const folder = temporaryFolder();
afterAll(folder.remove);
const path = join(folder.path, 'spec.json');

function drawn(): RunSpec {
  const spec = scenarios.find(({ id }) => id === 'vr/chaos')?.draw('0x1', {});
  if (spec === undefined) throw new Error('vr/chaos is gone');
  return spec;
}

function read(content: unknown): RunSpec {
  writeFileSync(path, JSON.stringify(content));
  return readReplayable(path).spec;
}

/** The refusal's message without the file's name. */
function refusalOf(content: unknown): string {
  try {
    read(content);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    const message = error instanceof Error ? error.message : '';
    expect(message.startsWith(`${path}: `)).toBe(true);
    return message.slice(path.length + 2);
  }
  throw new Error('it was not refused');
}

describe('a spec that was edited', () => {
  const spec = drawn();
  const { workload, disk, network, options, bounds, faults } = spec;
  const mark = { mark: 'abuot-to-commit', nth: 1, after: 0 };
  const known = { mark: 'about-to-commit', nth: 1, after: 0 };
  const waiting = { when: mark, fault: 'crash', node: 'it' };

  it.each([
    [
      'a scenario',
      { scenario: 'vr/chaso' },
      'scenario: unknown "vr/chaso" (did you mean vr/chaos?)',
    ],
    ['a protocol', { protocol: 'vrr' }, 'protocol: unknown "vrr" (did you mean vr?)'],
    ['a machine', { machine: 'kw' }, 'machine: unknown "kw" (did you mean kv?)'],
    ['a mutant', { mutant: 'QQQ' }, 'mutant: unknown "QQQ"'],
    ['an oracle', { oracles: ['linearizabilty'] }, 'oracles[0]: unknown "linearizabilty"'],
    ['a mark', { expect: { marks: ['x'] } }, 'expect.marks[0]: unknown "x"'],
    ['a window', { expect: { windows: [{ from: 0, until: 9 }] } }, 'expect.windows[0]: expected'],
    [
      'a field of a window',
      { expect: { windows: [{ from: 0, until: 9, kind: 'gets', atLeast: 1 }] } },
      'expect.windows[0].kind: ',
    ],
    [
      'the mark of a trigger',
      { plan: { operations: [], faults: [waiting] } },
      'plan.faults[0].when.mark: unknown "abuot-to-commit" (did you mean about-to-commit?)',
    ],
    [
      'the mark of a trigger, by one of its words',
      { plan: { operations: [], faults: [{ ...waiting, when: { ...mark, mark: 'elected' } }] } },
      'plan.faults[0].when.mark: unknown "elected" (did you mean primary-elected?)',
    ],
    [
      'a mark like no other',
      { plan: { operations: [], faults: [{ ...waiting, when: { ...mark, mark: 'zzz' } }] } },
      'plan.faults[0].when.mark: unknown "zzz"; there are one-ack-short, about-to-commit, ',
    ],
    ['an option', { options: { ...options, foo: 1 } }, 'unknown option "foo"'],
    ['an option’s type', { options: { ...options, durability: 7 } }, 'option durability = 7'],
    ['too many replicas', { replicas: 1e9 }, 'replicas: expected at most 100, found 1000000000'],
    ['too many clients', { clients: 1_001 }, 'clients: expected at most 1000, found 1001'],
    [
      'too many events',
      { bounds: { ...bounds, events: 1e12 } },
      'bounds.events: expected at most ',
    ],
    ['too many operations', { workload: { ...workload, operations: 1e7 } }, 'workload.operations'],
    ['too many faults', { faults: { ...faults, kinds: { crash: 1e9 } } }, 'faults.kinds.crash'],
    [
      'a rate',
      { network: { ...network, drop: 1_000_001 } },
      'network.drop: expected at most 1000000, found 1000001',
    ],
    [
      'a negative rate',
      { disk: { ...disk, torn: -1 } },
      'disk.torn: expected at least 0, found -1',
    ],
    ['latencies', { disk: { ...disk, latencyMin: 9, latencyMax: 8 } }, 'disk.latencyMin: expected'],
    ['lengths', { faults: { ...faults, lastsMin: 9, lastsMax: 8 } }, 'faults.lastsMin: expected'],
    ['an empty mix', { workload: { ...workload, mix: {} } }, 'workload.mix: expected at least one'],
    ['a mix of nothing', { workload: { ...workload, mix: { get: 0 } } }, 'workload.mix: expected'],
    [
      'levels of more reads than there are',
      { workload: { ...workload, sequential: 40, eventual: 40, bounded: 40 } },
      'workload: expected sequential, eventual and bounded to be 100 parts in a hundred',
    ],
    ['what is drawn', { workload: { ...workload, mix: { gett: 1 } } }, 'workload.mix: unknown'],
    [
      'an operation',
      { machine: 'counter', plan: planOf(0) },
      'plan.operations[0].operation.f: unknown "get"; there are add, read',
    ],
    [
      'crashes of no client',
      { clients: 0, faults: { ...faults, kinds: { 'client-crash': 1 } } },
      'faults.kinds.client-crash: there is no client',
    ],
    ['a level', { plan: planOf(0, { level: 'fresh' }) }, 'plan.operations[0].level: '],
    [
      'the level of a write',
      { plan: planOf(0, { level: 'sequential', operation: { f: 'delete', key: 'k0' } }) },
      'plan.operations[0].level: only reads may be sequential, and delete k0 is none',
    ],
    [
      'a member below all nodes',
      withFault({ fault: 'reconfigure', members: [1, -1] }),
      'plan.faults[0].members: there is no node -1; ',
    ],
    [
      'a node below all nodes',
      withFault({ fault: 'crash', node: -1 }),
      'plan.faults[0].node: there is no node -1; ',
    ],
    [
      'a client below all clients',
      withFault({ fault: 'client-crash', client: -2 }),
      'plan.faults[0].client: there is no client -2; they are',
    ],
    [
      'the node of a trigger',
      { plan: { operations: [], faults: [{ ...waiting, when: { ...known, node: -1 } }] } },
      'plan.faults[0].when.node: there is no node -1; ',
    ],
    [
      'a time before all',
      withFault({ fault: 'crash', node: 0, lasts: -5 }),
      'plan.faults[0].lasts: expected at least 0, found -5',
    ],
    ['a client to ask below all', { plan: planOf(-1) }, 'client: there is no client -1; they are'],
    ['no client to ask', { plan: planOf(99) }, 'plan.operations[0].client: there is no client 99'],
  ])('is refused with its place: %s', (_title, edit, message) => {
    expect(refusalOf({ ...spec, ...edit })).toContain(message);
  });

  it('is refused with its place within a run', () => {
    const result = { ...run(spec), spec: { ...spec, machine: 'kw', plan: planOf(0) } };
    expect(refusalOf(result)).toContain('spec.machine: unknown "kw"');
  });

  it('is judged by the operations of its machine, whichever that is', () => {
    for (const { name } of builtIn.machines) expect(OPERATIONS_OF.get(name)).toBeDefined();
    expect(OPERATIONS_OF.size).toBe(builtIn.machines.length);
    for (const scenario of scenarios) {
      // Its spec has the plan even of a run that ends as it begins.
      const result = run(scenario.draw('0x1', {}), { shouldStop: () => true });
      const { machine, plan } = read(result.spec);
      const names = plan?.operations.map(({ operation }) => Object(operation).f);
      expect(OPERATIONS_OF.get(machine)).toEqual(expect.arrayContaining(names ?? []));
    }
  });

  it('may leave options out, which then have their defaults', () => {
    const schema = builtIn.protocols.find(({ name }) => name === 'vr')?.optionSchema ?? [];
    const defaults = Object.fromEntries(schema.map((option) => [option.name, option.default]));
    expect(read({ ...spec, options: {} }).options).toEqual(defaults);
  });

  it('may have no keys, and no mix where nothing is drawn', () => {
    const bare = { ...workload, keys: 0, mix: {} };
    expect(read({ ...spec, workload: bare, plan: planOf(0) }).workload).toEqual(bare);
    expect(read({ ...spec, workload: { ...bare, operations: 0 } }).workload.mix).toEqual({});
    const { workload: keyless } = read({ ...spec, workload: { ...workload, keys: 0 } });
    expect(keyless.keys).toBe(0);
  });

  it('may ask for a read that may be stale', () => {
    const plan = planOf(0, { level: 'sequential' });
    expect(read({ ...spec, plan }).plan).toEqual(plan);
  });

  it('ends a replay with exit 2 and one line', async () => {
    writeFileSync(path, JSON.stringify({ ...spec, replicas: 1e9 }));
    const { code, stdout, stderr } = await quorumlab(folder.path, 'replay', 'spec.json');
    expect(stderr).toBe('quorumlab: spec.json: replicas: expected at most 100, found 1000000000\n');
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});

function withFault(fault: object): object {
  return { plan: { operations: [], faults: [{ at: 5, ...fault }] } };
}

function planOf(client: number, more: object = {}): NonNullable<RunSpec['plan']> {
  const operation = { f: 'get', key: 'k0' };
  return { faults: [], operations: [{ at: 0, client, operation, ...more }] };
}
